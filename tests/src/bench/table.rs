//! The one table that a run prints.

/// One figure.
#[derive(Debug)]
pub(crate) struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    at_most: Option<f64>,
}

impl Row {
    /// A figure without a goal.
    pub(crate) fn figure(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, at_most: None }
    }

    /// How often one figure of this run holds another: comparable between machines.
    pub(crate) fn ratio(name: impl Into<String>, value: f64, to: f64) -> Self {
        Self::figure(name, value / to, "x")
    }

    /// The same figure with a goal that it is not to exceed.
    pub(crate) fn at_most(self, goal: f64) -> Self {
        Self { at_most: Some(goal), ..self }
    }

    /// The figure for `cargo xtask bench ledger`: fields between tabs.
    pub(crate) fn line(&self) -> String {
        let goal = self.at_most.map_or_else(String::new, |goal| format!("<= {goal}"));
        format!("{}\t{}\t{}\t{goal}\t", self.name, self.value, self.unit)
    }

    fn columns(&self) -> [String; 5] {
        let goal = self.at_most.map_or_else(String::new, |goal| format!("<= {}", short(goal)));
        let verdict = self.at_most.map_or_else(String::new, |goal| {
            let verdict = if self.value <= goal { "met" } else { "MISSED" };
            format!("{:.2} {verdict}", self.value / goal)
        });
        [self.name.clone(), short(self.value), self.unit.to_owned(), goal, verdict]
    }
}

/// All figures of a run, in the order they were taken.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<Row>);

impl Table {
    /// Adds figures.
    pub(crate) fn add(&mut self, rows: Vec<Row>) {
        self.0.extend(rows);
    }

    /// The table as it is printed.
    pub(crate) fn text(&self) -> String {
        let head = ["figure", "value", "unit", "goal", "of goal"].map(str::to_owned);
        let lines: Vec<_> = std::iter::once(head).chain(self.0.iter().map(Row::columns)).collect();
        let mut width = [0; 5];
        for line in &lines {
            for (width, cell) in width.iter_mut().zip(line) {
                *width = cell.chars().count().max(*width);
            }
        }
        let [a, b, c, d, _] = width;
        let line = |[name, value, unit, goal, verdict]: &[String; 5]| {
            let line = format!("{name:<a$}  {value:>b$} {unit:<c$}  {goal:>d$}  {verdict}");
            format!("{}\n", line.trim_end())
        };
        lines.iter().map(line).collect()
    }
}

/// Three digits say enough.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_line_up_and_goals_have_verdicts() {
        let mut table = Table::default();
        table.add(vec![Row::figure("first", 12_345.6, "1/s")]);
        table.add(vec![Row::figure("idle, kept", 3.0, "kB/min").at_most(12.0)]);
        table.add(vec![Row::figure("slow", 2500.0, "ms").at_most(2000.0)]);
        table.add(vec![Row::ratio("slow : idle", 1.0, 2.0)]);
        let text = "\
figure       value unit       goal  of goal
first        12346 1/s
idle, kept    3.00 kB/min  <= 12.0  0.25 met
slow          2500 ms      <= 2000  1.25 MISSED
slow : idle   0.50 x
";
        assert_eq!(table.text(), text);
        let row = Row::figure("idle, kept", 3.5, "kB/min").at_most(12.0);
        assert_eq!(row.line(), "idle, kept\t3.5\tkB/min\t<= 12\t");
    }
}
