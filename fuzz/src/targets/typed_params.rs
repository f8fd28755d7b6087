//! Lists of typed parameters, which many calls take and clients make up.

use api::TypedParam;
use api::xdr::{self, List};

use crate::Target;

pub(super) const TARGET: Target =
    Target { name: "typed_params", run, seeds, words: &["cpu_shares", "bandwidth", "\0\0\0\x07"] };

type Params = List<TypedParam, 64>;

fn run(bytes: &[u8]) {
    let Ok(params) = xdr::from_bytes::<Params>(bytes) else { return };
    assert!(params.len() <= 64);
    let again = xdr::to_bytes(&params).expect("what was read is within its limits");
    let back = xdr::from_bytes::<Params>(&again).expect("what was written reads back");
    // By their bytes, for a NaN is unlike itself.
    assert_eq!(xdr::to_bytes(&back), Ok(again));
}

fn seeds() -> Vec<Vec<u8>> {
    use api::TypedParamValue as Value;
    let params = |values: &[Value]| {
        let name = |value: &Value| TypedParam { field: "name".to_owned(), value: value.clone() };
        let params: Params = values.iter().map(name).collect();
        xdr::to_bytes(&params).expect("a few parameters fit")
    };
    let all = [
        Value::Int(-1),
        Value::UInt(1),
        Value::LLong(i64::MIN),
        Value::ULLong(u64::MAX),
        Value::Double(f64::NAN),
        Value::Boolean(true),
        Value::String("text".to_owned()),
    ];
    all.iter().map(|value| params(std::slice::from_ref(value))).chain([params(&all)]).collect()
}
