//! Tables that are read in a terminal and pasted into Markdown.

use std::fmt;

pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with a row of titles.
    pub(super) fn new(titles: &[&str]) -> Self {
        Self { rows: vec![titles.iter().map(|&title| title.to_owned()).collect()] }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

impl fmt::Display for Table {
    /// The first column to the left, the others, which are figures, to the right.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (number, row) in self.rows.iter().enumerate() {
            for (column, width) in widths.iter().enumerate() {
                let cell = row.get(column).map_or("", String::as_str);
                match column {
                    0 => write!(out, "| {cell:<width$} ")?,
                    _ => write!(out, "| {cell:>width$} ")?,
                }
            }
            writeln!(out, "|")?;
            if number == 0 {
                for (column, width) in widths.iter().enumerate() {
                    let end = if column == 0 { '-' } else { ':' };
                    write!(out, "|{}{end}", "-".repeat(width + 1))?;
                }
                writeln!(out, "|")?;
            }
        }
        Ok(())
    }
}

/// 1234567 as `1.23 M`, 12345 as `12.3 k`.
pub(super) fn thousands(number: f64) -> String {
    let (value, unit) = match number {
        _ if number >= 1e6 => (number / 1e6, " M"),
        _ if number >= 1e3 => (number / 1e3, " k"),
        _ => (number, ""),
    };
    match value {
        _ if value >= 100.0 => format!("{value:.0}{unit}"),
        _ if value >= 10.0 => format!("{value:.1}{unit}"),
        _ => format!("{value:.2}{unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new(&["name", "s"]);
        table.row(["a".to_owned(), "12.5".to_owned()]);
        let expected = "| name |    s |\n|------|-----:|\n| a    | 12.5 |\n";
        assert_eq!(table.to_string(), expected);
    }

    #[test]
    fn large_numbers_are_rounded() {
        assert_eq!(thousands(1_234_567.0), "1.23 M");
        assert_eq!(thousands(12_345.0), "12.3 k");
        assert_eq!(thousands(123_456.0), "123 k");
        assert_eq!(thousands(7.0), "7.00");
    }
}
