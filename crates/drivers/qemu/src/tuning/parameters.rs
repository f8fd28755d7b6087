//! Typed parameters that a client sets: known ones, each once and of its own type.

use api::{Error, ErrorCode, ErrorDomain, Params, Result, TypedParam, TypedParamValue};

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// A signed number of 32 bits.
    Int,
    /// An unsigned number of 32 bits.
    UInt,
    /// A signed number of 64 bits.
    LLong,
    /// An unsigned number of 64 bits.
    ULLong,
    /// A text.
    String,
}

impl Type {
    const fn word(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::UInt => "uint",
            Self::LLong => "llong",
            Self::ULLong => "ullong",
            Self::String => "string",
        }
    }
}

/// Refuses what is not in `known`, is there twice, or has another type.
///
/// # Errors
/// `ARGUMENT_UNSUPPORTED` for an unknown name, else `INVALID_ARG`.
pub(super) fn check(params: &[TypedParam], known: &[(&str, Type)]) -> Result<()> {
    for (at, TypedParam { field, value }) in params.iter().enumerate() {
        let wanted = known.iter().find(|(name, _)| name == field);
        let (_, wanted) = wanted.ok_or_else(|| unknown(field))?;
        let found = word(value);
        if found != wanted.word() {
            let wanted = wanted.word();
            let what =
                format!("invalid type '{found}' for parameter '{field}', expected '{wanted}'");
            return Err(Error::invalid_arg(ErrorDomain::NONE, what));
        }
        if params.iter().take(at).any(|before| before.field == *field) {
            let what = format!("parameter '{field}' occurs multiple times");
            return Err(Error::invalid_arg(ErrorDomain::NONE, what));
        }
    }
    Ok(())
}

/// A parameter that a call does not have.
pub(crate) fn unknown(field: &str) -> Error {
    let what = format!("parameter '{field}' not supported");
    Error::new(ErrorCode::ARGUMENT_UNSUPPORTED, ErrorDomain::NONE, what)
}

/// How many there are, and as many of them as a client has room for.
pub(super) fn fitting(mut params: Params, room: i32) -> (Params, i32) {
    let all = i32::try_from(params.0.len()).unwrap_or(i32::MAX);
    params.0.truncate(usize::try_from(room).unwrap_or(0));
    (params, all)
}

const fn word(value: &TypedParamValue) -> &'static str {
    match value {
        TypedParamValue::Int(_) => "int",
        TypedParamValue::UInt(_) => "uint",
        TypedParamValue::LLong(_) => "llong",
        TypedParamValue::ULLong(_) => "ullong",
        TypedParamValue::Double(_) => "double",
        TypedParamValue::Boolean(_) => "boolean",
        TypedParamValue::String(_) => "string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_known_there_once_and_of_its_type() {
        let known = [("weight", Type::UInt)];
        let refused = |params: &Params| check(&params.0, &known).unwrap_err().message;
        let mut params = Params::default();
        params.uint("weight", 1);
        check(&params.0, &known).unwrap();
        params.uint("weight", 2);
        assert!(refused(&params).ends_with("parameter 'weight' occurs multiple times"));
        let mut params = Params::default();
        params.int("weight", 1);
        assert!(refused(&params).ends_with("'int' for parameter 'weight', expected 'uint'"));
        let mut params = Params::default();
        params.uint("wait", 1);
        assert!(refused(&params).ends_with("parameter 'wait' not supported"));
    }
}
