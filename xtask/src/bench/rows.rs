//! Rows that measurements print, one a line, their fields between tabs: name, number, unit, goal and
//! what others report. Here they are lined up and compared with their goals.

/// What a figure should be.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

/// One figure.
#[derive(Debug, PartialEq)]
pub(super) struct Row {
    name: String,
    value: f64,
    unit: String,
    goal: Option<Goal>,
    /// What others report of themselves.
    elsewhere: String,
}

impl Goal {
    fn parse(text: &str) -> Option<Self> {
        let (sign, number) = text.split_once(' ')?;
        let number = number.parse().ok()?;
        match sign {
            "<=" => Some(Self::AtMost(number)),
            ">=" => Some(Self::AtLeast(number)),
            _ => None,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtMost(most) => format!("<= {}", short(most)),
            Self::AtLeast(least) => format!(">= {}", short(least)),
        }
    }

    /// How much of its goal a figure is, and whether that is enough.
    fn verdict(self, value: f64) -> String {
        let (goal, met) = match self {
            Self::AtMost(most) => (most, value <= most),
            Self::AtLeast(least) => (least, value >= least),
        };
        format!("{:.2} {}", value / goal, if met { "met" } else { "MISSED" })
    }
}

impl Row {
    /// A line of a measurement; `None` if it is none.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let [name, value, unit, goal, elsewhere] =
            line.split('\t').collect::<Vec<_>>().try_into().ok()?;
        let goal = if goal.is_empty() { None } else { Some(Goal::parse(goal)?) };
        let [name, unit, elsewhere] = [name, unit, elsewhere].map(str::to_owned);
        Some(Self { name, value: value.parse().ok()?, unit, goal, elsewhere })
    }

    fn columns(&self) -> [String; 6] {
        let goal = self.goal.map_or_else(String::new, Goal::text);
        let verdict = self.goal.map_or_else(String::new, |goal| goal.verdict(self.value));
        let [name, unit, elsewhere] = [&self.name, &self.unit, &self.elsewhere].map(Clone::clone);
        [name, short(self.value), unit, goal, verdict, elsewhere]
    }
}

/// The table as it is printed.
pub(super) fn text(rows: &[Row]) -> String {
    let head = ["figure", "value", "unit", "goal", "of goal", "elsewhere"].map(str::to_owned);
    let lines: Vec<_> = std::iter::once(head).chain(rows.iter().map(Row::columns)).collect();
    let mut width = [0; 6];
    for line in &lines {
        for (width, cell) in width.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    let [a, b, c, d, e, _] = width;
    let line = |[name, value, unit, goal, verdict, elsewhere]: &[String; 6]| {
        let line =
            format!("{name:<a$}  {value:>b$} {unit:<c$}  {goal:>d$}  {verdict:<e$}  {elsewhere}");
        format!("{}\n", line.trim_end())
    };
    lines.iter().map(line).collect()
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
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn rows_line_up_with_their_goals_and_with_what_others_report() {
        let lines = [
            "transfers\t1234.5\t/s\t>= 1000\tothers 400/s",
            "  in one round\t87\t\t\t",
            "check\t0.25\tms\t<= 0.2\t",
        ];
        let rows: Vec<Row> = lines.iter().map(|line| Row::parse(line).unwrap()).collect();
        let expected = "\
figure          value unit     goal  of goal      elsewhere
transfers        1234 /s    >= 1000  1.23 met     others 400/s
  in one round   87.0
check            0.25 ms    <= 0.20  1.25 MISSED
";
        assert_eq!(text(&rows), expected);
    }

    #[test]
    fn what_is_no_row_is_not_taken_for_one() {
        for line in
            ["", "name", "a\tb\tc\td\te", "a\t1\tms\t= 2\t", "a\t1\tms\t<= x\t", "a\t1\t\t\t\t"]
        {
            assert_eq!(Row::parse(line), None, "{line}");
        }
    }
}
