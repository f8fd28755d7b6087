//! Tables as virsh prints them: a space, then columns three spaces apart, a rule under the heading.

/// Rows under a heading; every row has as many cells as the heading.
#[derive(Debug)]
pub(crate) struct Table {
    heading: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new<const N: usize>(heading: [&str; N]) -> Self {
        Self { heading: heading.map(str::to_owned).to_vec(), rows: Vec::new() }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into_iter().map(|cell| printable(&cell)).collect());
    }

    /// The text, with heading and rule, or (`--quiet`) without.
    pub(crate) fn render(&self, quiet: bool) -> String {
        let heading = (!quiet).then_some(&self.heading);
        let lines: Vec<&Vec<String>> = heading.into_iter().chain(&self.rows).collect();
        let columns = self.heading.len();
        let width = |column: usize| {
            lines.iter().filter_map(|line| line.get(column)).map(|cell| columns_of(cell)).max()
        };
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        let mut text = String::new();
        for (index, line) in lines.iter().enumerate() {
            push_line(&mut text, line, &widths);
            if index == 0 && !quiet {
                let rule: usize = widths.iter().map(|width| width + 3).sum();
                text.push_str(&"-".repeat(rule));
                text.push('\n');
            }
        }
        text
    }
}

fn push_line(text: &mut String, cells: &[String], widths: &[usize]) {
    for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
        text.push_str(if index == 0 { " " } else { "   " });
        text.push_str(cell);
        if index + 1 < cells.len() {
            text.push_str(&" ".repeat(width.saturating_sub(columns_of(cell))));
        }
    }
    text.push('\n');
}

/// Places that a text takes on a terminal; East Asian wide characters take two.
fn columns_of(text: &str) -> usize {
    let wide = |c: char| {
        matches!(u32::from(c),
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd)
    };
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

/// A name from a document must not speak to the terminal: control characters become `\x1b`.
fn printable(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    for c in cell.chars() {
        if c.is_control() {
            text.push_str(&format!("\\x{:02x}", u32::from(c)));
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Table;

    fn guests() -> Table {
        let mut table = Table::new(["Id", "Name", "State"]);
        table.row(["1", "g1", "running"].map(str::to_owned));
        table.row(["-", "off2", "shut off"].map(str::to_owned));
        table
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let expected = " Id   Name   State\n-----------------------\n 1    g1     running\n \
                        -    off2   shut off\n";
        assert_eq!(guests().render(false), expected);
    }

    #[test]
    fn a_quiet_table_is_narrower_and_has_no_heading() {
        assert_eq!(guests().render(true), " 1   g1     running\n -   off2   shut off\n");
    }

    #[test]
    fn an_empty_table_is_its_heading() {
        let table = Table::new(["Id", "Name", "State"]);
        assert_eq!(table.render(false), " Id   Name   State\n--------------------\n");
    }

    #[test]
    fn wide_and_control_characters_keep_columns_straight() {
        let mut table = Table::new(["Name", "State"]);
        table.row(["漢字名", "a\u{1b}b"].map(str::to_owned));
        table.row(["xyz", "ok"].map(str::to_owned));
        assert_eq!(table.render(true), " 漢字名   a\\x1bb\n xyz      ok\n");
    }
}
