//! `fv domiftune`: show or set how much a network card may carry.

use ferrovirt::{TypedParam, TypedParamValue};

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::device::element;
use crate::failure::{Failure, WhileDoing};
use crate::parameters;
use crate::selection::{CONFIG, CURRENT, DOMAIN, LIVE, impact};

command!("domiftune", "Show or set how much a network card may carry", [
    DOMAIN,
    Opt::value("interface", "host device or MAC address of the card").required(),
    Opt::named("inbound", "what may come: average,peak,burst,floor"),
    Opt::named("outbound", "what may go: average,peak,burst"),
    CONFIG,
    LIVE,
    CURRENT,
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let impact = impact(args)?;
    let card = args.required("interface");
    let domain = cx.domain(args.required("domain")).await?;
    let mut params = Vec::new();
    for way in ["inbound", "outbound"] {
        if let Some(text) = args.value(way) {
            params.extend(Rate::read(text, way)?.params(way));
        }
    }
    if params.is_empty() {
        let found = domain.interface_limits(card, impact).await;
        let found = found.while_doing(|| "Unable to get interface parameters".to_owned())?;
        return parameters::show(cx, &found);
    }
    let done = domain.set_interface_limits(card, params, impact).await;
    done.while_doing(|| "Unable to set interface parameters".to_owned())
}

/// What may pass in one direction. **Units**: KiB/s, KiB for the burst.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rate([Option<u32>; 4]);

/// The names of the figures, in the order of an option's value.
const FIGURES: [&str; 4] = ["average", "peak", "burst", "floor"];

impl Rate {
    /// Reads `average,peak,burst,floor`, of which the last ones may be left out.
    pub(super) fn read(text: &str, way: &str) -> Result<Self, Failure> {
        let words: Vec<&str> = text.split(',').collect();
        if words.len() > FIGURES.len() {
            return Err(Failure::new(format!("Rate string '{text}' has too many fields")));
        }
        let mut rate = Self::default();
        for ((word, place), name) in words.iter().zip(&mut rate.0).zip(FIGURES) {
            if !word.is_empty() {
                let number = word.parse().map_err(|_| {
                    Failure::new(format!("field '{name}' is malformed"))
                })?;
                *place = Some(number);
            }
        }
        match rate.0 {
            [None, .., floor] if floor.is_none() || way == "outbound" => {
                Err(Failure::new(format!("{way} average is mandatory")))
            }
            [.., Some(_)] if way == "outbound" => {
                Err(Failure::new("outbound floor is unsupported yet"))
            }
            _ => Ok(rate),
        }
    }

    /// As parameters. An average of 0 lifts the limit, and what is not given is no limit.
    fn params(&self, way: &str) -> Vec<TypedParam> {
        let figure = |(name, value): (&str, &Option<u32>)| {
            let value = value.or((name == "average").then_some(0))?;
            let field = format!("{way}.{name}");
            Some(TypedParam { field, value: TypedParamValue::UInt(value) })
        };
        FIGURES.into_iter().zip(&self.0).filter_map(figure).collect()
    }

    /// As an element of a card's document.
    pub(super) fn element(&self, way: &str) -> String {
        let values = self.0.map(|value| value.map(|value| value.to_string()));
        let order = [0, 1, 3, 2];
        let given = order.map(|at: usize| {
            (FIGURES.get(at).copied().unwrap_or_default(), values.get(at).and_then(Option::as_deref))
        });
        element(way, &given)
    }
}

#[cfg(test)]
mod tests {
    use super::Rate;

    #[test]
    fn a_rate_is_read_field_by_field() {
        let rate = Rate::read("100,,300", "inbound").unwrap();
        assert_eq!(rate, Rate([Some(100), None, Some(300), None]));
        assert_eq!(rate.element("inbound"), "<inbound average='100' burst='300'/>");
        let fields: Vec<String> =
            rate.params("inbound").into_iter().map(|param| param.field).collect();
        assert_eq!(fields, ["inbound.average", "inbound.burst"]);
        for (text, way) in [("x", "inbound"), ("1,2,3,4,5", "inbound"), ("", "outbound")] {
            assert!(Rate::read(text, way).is_err(), "{text}");
        }
    }
}
