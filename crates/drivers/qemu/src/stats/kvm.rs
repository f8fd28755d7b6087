//! Group `vm`, and what KVM counts for each virtual CPU: figures that QEMU names itself.

use api::Params;
use qmp::commands::{Stat, StatsResult, StatsSchemas};
use serde_json::Value;

use super::guest::Guest;

pub(super) fn write_vm(params: &mut Params, guest: &Guest<'_>) {
    for result in guest.answers.vm.iter().flatten() {
        write(params, "vm", "vm", result, schemas(guest));
    }
}

pub(super) fn write_vcpu(params: &mut Params, guest: &Guest<'_>, number: u32, path: &str) {
    let results = guest.answers.vcpus.iter().flatten();
    for result in results.filter(|result| result.qom_path.as_deref() == Some(path)) {
        write(params, &format!("vcpu.{number}"), "vcpu", result, schemas(guest));
    }
}

fn schemas<'g>(guest: &'g Guest<'_>) -> &'g [StatsSchemas] {
    guest.answers.schemas.as_ref().map_or(&[], |schemas| schemas.as_slice())
}

/// Writes one result; a figure without a known meaning, or that is a histogram, has no name here.
fn write(
    params: &mut Params,
    prefix: &str,
    target: &str,
    result: &StatsResult,
    schemas: &[StatsSchemas],
) {
    let schema =
        schemas.iter().find(|schema| schema.provider == result.provider && schema.target == target);
    let Some(schema) = schema else { return };
    for Stat { name, value } in &result.stats {
        let kind = schema.stats.iter().find(|known| known.name == *name);
        let suffix = match kind.map(|known| known.kind.as_str()) {
            Some("cumulative") => "sum",
            Some("instant") => "cur",
            Some("peak") => "max",
            _ => continue,
        };
        let field = format!("{prefix}.{name}.{suffix}");
        match value {
            Value::Bool(is) => params.boolean(field, *is),
            value => match value.as_u64() {
                Some(number) => params.ullong(field, number),
                None => continue,
            },
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_named_by_its_meaning() {
        let schemas: Vec<StatsSchemas> = serde_json::from_str(
            r#"[{"provider":"kvm","target":"vm","stats":[{"name":"a","type":"cumulative"},
                {"name":"b","type":"instant"},{"name":"c","type":"peak"},
                {"name":"d","type":"log2-histogram"},{"name":"e","type":"instant"}]}]"#,
        )
        .unwrap();
        let result: StatsResult = serde_json::from_str(
            r#"{"provider":"kvm","stats":[{"name":"a","value":1},{"name":"b","value":true},
                {"name":"c","value":"much"},{"name":"d","value":[1]},{"name":"f","value":2}]}"#,
        )
        .unwrap();
        let mut params = Params::default();
        write(&mut params, "vm", "vm", &result, &schemas);
        write(&mut params, "vm", "vcpu", &result, &schemas);
        let mut expected = Params::default();
        expected.ullong("vm.a.sum", 1).boolean("vm.b.cur", true);
        assert_eq!(params, expected);
    }
}
