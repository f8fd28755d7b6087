//! Typed parameters that come from an administrator.

use api::{Error, ErrorCode, ErrorDomain, Result, TypedParam, TypedParamValue};

/// The values of the unsigned parameters `known`, in that order.
///
/// # Errors
/// For a parameter that is not known, of another type, or given twice.
pub(super) fn unsigned<const N: usize>(
    params: &[TypedParam],
    known: [&str; N],
) -> Result<[Option<u32>; N]> {
    let mut values = [None; N];
    for param in params {
        let name = &param.field;
        let place = known.iter().zip(&mut values).find(|(known, _)| *known == name);
        let Some((_, value)) = place else {
            let detail = format!("parameter '{name}' not supported");
            return Err(Error::new(ErrorCode::ARGUMENT_UNSUPPORTED, ErrorDomain::NONE, detail));
        };
        let TypedParamValue::UInt(given) = param.value else {
            let kind = type_name(&param.value);
            return Err(invalid(format!(
                "invalid type '{kind}' for parameter '{name}', expected 'uint'"
            )));
        };
        if value.replace(given).is_some() {
            return Err(invalid(format!("parameter '{name}' occurs multiple times")));
        }
    }
    Ok(values)
}

fn invalid(detail: String) -> Error {
    Error::invalid_arg(ErrorDomain::NONE, detail)
}

fn type_name(value: &TypedParamValue) -> &'static str {
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
    use api::{ErrorCode, Params};

    use super::unsigned;

    fn refusal(params: &Params) -> (ErrorCode, String) {
        let error = unsigned(&params.0, ["a", "b"]).unwrap_err();
        (error.code, error.message)
    }

    #[test]
    fn values_come_in_the_order_that_was_asked_for() {
        let params = Params::default().uint("b", 2).clone();
        assert_eq!(unsigned(&params.0, ["a", "b"]), Ok([None, Some(2)]));
    }

    #[test]
    fn what_is_wrong_with_a_parameter_is_said_in_libvirts_words() {
        let unknown = refusal(Params::default().uint("c", 2));
        let expected = "argument unsupported: parameter 'c' not supported";
        assert_eq!(unknown, (ErrorCode::ARGUMENT_UNSUPPORTED, expected.to_owned()));
        let other_type = refusal(Params::default().int("a", 2));
        let expected = "invalid argument: invalid type 'int' for parameter 'a', expected 'uint'";
        assert_eq!(other_type, (ErrorCode::INVALID_ARG, expected.to_owned()));
        let twice = refusal(Params::default().uint("a", 1).uint("a", 1));
        let expected = "invalid argument: parameter 'a' occurs multiple times";
        assert_eq!(twice, (ErrorCode::INVALID_ARG, expected.to_owned()));
    }
}
