//! What was measured, as a table.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

/// What one run of the load found: measure -> seconds, or bytes.
pub(super) type Found = serde_json::Map<String, serde_json::Value>;

/// The columns of one daemon.
pub(super) struct Column {
    /// What heads it.
    pub(super) name: &'static str,
    /// A run of the load each.
    pub(super) rounds: Vec<Found>,
}

/// Medians of the rounds; how many times less the first daemon needs than the second.
pub(super) fn table(columns: &[Column]) -> Result<String> {
    let (ours, theirs) = (columns.first().context("no daemon was measured")?, columns.get(1));
    let mut text = format!("{:<34}", "median");
    columns.iter().for_each(|column| text.push_str(&format!("{:>14}", column.name)));
    text.push_str(if theirs.is_some() { "     ratio\n" } else { "\n" });
    let measures = ours.rounds.first().context("no round was run")?.keys();
    let theirs = theirs.map(medians);
    let ours = medians(ours);
    for measure in measures {
        let ours = *ours.get(measure).with_context(|| format!("no value of '{measure}'"))?;
        text.push_str(&format!("{measure:<34}{:>14}", printed(measure, ours)));
        if let Some(theirs) = theirs.as_ref().and_then(|theirs| theirs.get(measure)) {
            let (value, ratio) = (printed(measure, *theirs), theirs / ours);
            text.push_str(&format!("{value:>14}{ratio:>9.1}x"));
        }
        text.push('\n');
    }
    Ok(text)
}

fn medians(column: &Column) -> BTreeMap<String, f64> {
    let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (measure, value) in column.rounds.iter().flatten() {
        values.entry(measure.clone()).or_default().extend(value.as_f64());
    }
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    values.into_iter().filter_map(|(name, values)| Some((name, median(values)?))).collect()
}

fn printed(measure: &str, value: f64) -> String {
    if measure.starts_with("memory") {
        format!("{:.1} MiB", value / f64::from(1 << 20))
    } else if value < 1e-3 {
        format!("{:.1} us", value * 1e6)
    } else {
        format!("{:.1} ms", value * 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::{Column, table};

    fn column(name: &'static str, rounds: &[&str]) -> Column {
        let rounds = rounds.iter().map(|found| serde_json::from_str(found).unwrap()).collect();
        Column { name, rounds }
    }

    #[test]
    fn a_row_has_the_median_of_the_rounds_and_the_ratio() {
        let ours = column("ours", &[r#"{"start":0.3}"#, r#"{"start":0.1}"#, r#"{"start":0.09}"#]);
        let theirs = column("theirs", &[r#"{"start":0.25}"#]);
        let text = table(&[ours, theirs]).unwrap();
        let words: Vec<&str> = text.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(words, ["start", "100.0", "ms", "250.0", "ms", "2.5x"]);
    }

    #[test]
    fn one_daemon_alone_has_no_ratio() {
        let text = table(&[column("ours", &[r#"{"memory at rest":1048576}"#])]).unwrap();
        assert!(text.ends_with("1.0 MiB\n"), "{text}");
    }
}
