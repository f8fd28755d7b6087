//! From payloads to values, by the shapes that the contract gives them.

use api::remote::NonnullDomain;
use api::xdr::{Reader, Shape, Value, Xdr};
use serde_json::{Map, Value as Json};

use crate::mask;
use crate::record::Guest;

/// Most elements of a list that are shown; how many are left out is said.
const ELEMENTS_MAX: usize = 256;
/// Most bytes of binary data that are shown.
const BYTES_MAX: usize = 64;

/// The payload as JSON; none when it is not what the shape says.
pub(crate) fn json(shape: &Shape, payload: &[u8]) -> Option<Json> {
    let value = shape.decode(&mut Reader::new(payload)).ok()?;
    Some(of("", value))
}

/// The domain that comes first, or behind a callback id.
pub(crate) fn leading_domain(shape: &Shape, payload: &[u8]) -> Option<Guest> {
    domain_in(shape, &mut Reader::new(payload))
}

fn domain_in(shape: &Shape, input: &mut Reader<'_>) -> Option<Guest> {
    match shape {
        Shape::Struct { name: "NonnullDomain", .. } => {
            let NonnullDomain { name, uuid, .. } = NonnullDomain::decode(input).ok()?;
            Some(Guest { name, uuid })
        }
        Shape::Struct { fields, .. } => {
            for (_, field) in fields.iter().take(2) {
                match field {
                    Shape::Struct { .. } | Shape::Option(Shape::Struct { .. }) => {
                        return domain_in(field, input);
                    }
                    Shape::List { .. } | Shape::Union(_) => return None,
                    simple => simple.decode(input).ok()?,
                };
            }
            None
        }
        Shape::Option(inner) => match u32::decode(input).ok()? {
            0 => None,
            _ => domain_in(inner, input),
        },
        _ => None,
    }
}

fn of(name: &str, value: Value) -> Json {
    match value {
        Value::Nothing => Json::Null,
        Value::Int(number) => number.into(),
        Value::UInt(number) => number.into(),
        Value::Double(number) => number.into(),
        Value::Text(text) => mask::text(&text).into(),
        Value::Bytes(bytes) => binary(name, &bytes).into(),
        Value::List(list) => elements(name, list),
        Value::Struct(fields) => match typed_param(&fields) {
            Some(param) => param,
            None => fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), of(name, value)))
                .collect::<Map<_, _>>()
                .into(),
        },
    }
}

/// A typed parameter reads best as its name and its value.
fn typed_param(fields: &[(&'static str, Value)]) -> Option<Json> {
    let [("field", Value::Text(field)), ("value", value)] = fields else { return None };
    let value = match mask::is_secret_param(field) {
        true => Json::from(mask::MASK),
        false => of(field, value.clone()),
    };
    Some(Map::from_iter([(field.clone(), value)]).into())
}

fn elements(name: &str, list: Vec<Value>) -> Json {
    let left_out = list.len().saturating_sub(ELEMENTS_MAX);
    let mut shown: Vec<Json> =
        list.into_iter().take(ELEMENTS_MAX).map(|value| of(name, value)).collect();
    if left_out > 0 {
        shown.push(format!("{left_out} more").into());
    }
    shown.into()
}

fn binary(name: &str, bytes: &[u8]) -> String {
    if let Ok(uuid) = <[u8; 16]>::try_from(bytes)
        && name.ends_with("uuid")
    {
        return api::Uuid(uuid).to_string();
    }
    let mut text: String = bytes.iter().take(BYTES_MAX).map(|byte| format!("{byte:02x}")).collect();
    if bytes.len() > BYTES_MAX {
        text.push_str(&format!("... ({} bytes)", bytes.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use api::procedure::EventMessage;
    use api::remote::{
        ConnectDomainEventCallbackRegisterAny, ConnectDomainEventCallbackRegisterAnyArgs,
        DomainEventCallbackReboot, DomainEventCallbackRebootMsg, DomainEventRebootMsg,
        DomainGetBlockInfo, DomainGetBlockInfoArgs, DomainSetMemoryParameters,
        DomainSetMemoryParametersArgs, NonnullDomain,
    };
    use api::xdr::to_bytes;
    use api::{Params, Procedure, Uuid};
    use serde_json::json;

    use super::{Guest, json, leading_domain};

    fn dom() -> NonnullDomain {
        NonnullDomain { name: "vm".to_owned(), uuid: Uuid([7; 16]), id: 3 }
    }

    #[test]
    fn arguments_read_by_name_with_uuids_as_people_write_them() {
        let args = DomainGetBlockInfoArgs { dom: dom(), path: "vda".to_owned(), flags: 0 };
        let bytes = to_bytes(&args).unwrap();
        let uuid = "07070707-0707-0707-0707-070707070707";
        assert_eq!(
            json(DomainGetBlockInfo::ROW.args, &bytes).unwrap(),
            json!({ "dom": { "name": "vm", "uuid": uuid, "id": 3 }, "path": "vda", "flags": 0 })
        );
        assert_eq!(json(DomainGetBlockInfo::ROW.args, &bytes[..20]), None);
    }

    #[test]
    fn typed_parameters_read_as_names_and_values() {
        let mut params = Params::default();
        params.ullong("hard_limit", 4096).string("sev-secret", "hidden");
        let args = DomainSetMemoryParametersArgs { dom: dom(), params: params.into(), flags: 1 };
        let shown = json(DomainSetMemoryParameters::ROW.args, &to_bytes(&args).unwrap()).unwrap();
        let params = json!([{ "hard_limit": 4096 }, { "sev-secret": "<masked>" }]);
        assert_eq!(shown["params"], params);
    }

    #[test]
    fn the_domain_is_found_in_front_behind_a_callback_id_and_where_it_is_optional() {
        let guest = Some(Guest { name: "vm".to_owned(), uuid: Uuid([7; 16]) });
        let args = DomainGetBlockInfoArgs { dom: dom(), ..Default::default() };
        let found = leading_domain(DomainGetBlockInfo::ROW.args, &to_bytes(&args).unwrap());
        assert_eq!(found, guest);
        let msg = DomainEventRebootMsg { dom: dom() };
        let msg = DomainEventCallbackRebootMsg { callback_id: 9, msg };
        let shape = DomainEventCallbackReboot::ROW.args;
        // The form with a callback id wraps the older message.
        assert_eq!(leading_domain(shape, &to_bytes(&msg).unwrap()), guest);
        let shape = ConnectDomainEventCallbackRegisterAny::ROW.args;
        for dom in [None, Some(dom())] {
            let expected = guest.clone().filter(|_| dom.is_some());
            let args = ConnectDomainEventCallbackRegisterAnyArgs { event_id: 1, dom };
            assert_eq!(leading_domain(shape, &to_bytes(&args).unwrap()), expected);
        }
    }
}
