//! Typed parameters: read from options, shown a line each.

use ferrovirt::{TypedParam, TypedParamValue};

use crate::arguments::Args;
use crate::commands::value_text;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::units;

/// What an option's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A signed number of 32 bits.
    Int,
    /// An unsigned number of 32 bits.
    UInt,
    /// An unsigned number of 64 bits.
    ULLong,
    /// A size; without a unit it counts bytes.
    Bytes,
    /// A text.
    Text,
}

/// The parameters whose options were given: option, parameter, kind.
pub(crate) fn given(args: &Args, table: &[(&str, &str, Kind)]) -> Result<Vec<TypedParam>, Failure> {
    let mut params = Vec::new();
    for (option, field, kind) in table.iter().filter(|(option, ..)| args.has(option)) {
        let value = match kind {
            Kind::Int => TypedParamValue::Int(args.number(option)?.unwrap_or_default()),
            Kind::UInt => TypedParamValue::UInt(args.number(option)?.unwrap_or_default()),
            Kind::ULLong => TypedParamValue::ULLong(args.number(option)?.unwrap_or_default()),
            Kind::Bytes => {
                let size = units::size_bytes(args, option);
                let failed = |failure: Failure| failure.and("Unable to parse integer parameter");
                TypedParamValue::ULLong(size.map_err(failed)?)
            }
            Kind::Text => TypedParamValue::String(args.required(option).to_owned()),
        };
        params.push(TypedParam { field: (*field).to_owned(), value });
    }
    Ok(params)
}

/// Shows them, a line each.
pub(crate) fn show(cx: &Context, params: &[TypedParam]) -> Outcome {
    let line = |param: &TypedParam| format!("{:<15}: {}\n", param.field, value_text(&param.value));
    cx.print(&params.iter().map(line).collect::<String>())
}
