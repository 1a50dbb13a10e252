//! What stands on the pages, as texts at places; nothing of it knows how a PDF is written.

use crate::fonts::Fonts;
use crate::layout::{Cell, Page, Pages};
use statement::{LIMITS, RECEIPTS_LIMITS, Receipts, Row, Statement, Zone, harmless, rows, utc};

/// A4, lying, in points.
pub(crate) const WIDTH: f32 = 842.0;
pub(crate) const HEIGHT: f32 = 595.0;
pub(crate) const MARGIN: f32 = 36.0;
const BOTTOM: f32 = 54.0;
const BODY: f32 = 7.5;
const TITLE: f32 = 15.0;
const SMALL: f32 = 6.5;
const GREY: f32 = 0.4;
/// The state of what everybody sees.
const PUBLIC: &str = "public";
/// A memo of more lines than this ends in an ellipsis: the file has all of it.
const MOST_LINES: usize = 6;

/// Heading, beginning and width of each column; the numbers end at their right edge.
const COLUMNS: [(&str, f32, f32, bool); 8] = [
    ("Time (UTC and local)", 36.0, 92.0, false),
    ("Kind", 132.0, 58.0, false),
    ("Direction", 192.0, 36.0, false),
    ("Amount ABC", 230.0, 72.0, true),
    ("Fee", 306.0, 44.0, true),
    ("Balance ABC", 354.0, 76.0, true),
    ("With", 438.0, 172.0, false),
    ("Memo", 616.0, 190.0, false),
];

/// What is to stand on the pages.
pub(crate) struct Sheet {
    title: String,
    lines: Vec<String>,
    rows: Vec<Row>,
    limits: &'static [&'static str],
}

/// All pages of a statement.
pub(crate) fn pages(
    sheet: Sheet,
    zone: &Zone<'_>,
    (digest, fonts): (&str, &Fonts<'_>),
) -> Vec<Page> {
    let mut pages = Pages::new(HEIGHT - MARGIN, BOTTOM);
    pages.line((MARGIN, TITLE, 0.0), sheet.title, TITLE * 1.6);
    for text in sheet.lines {
        pages.line((MARGIN, BODY + 1.0, 0.0), text, 12.0);
    }
    pages.skip(18.0);
    columns(&mut pages, fonts);
    for row in sheet.rows {
        line(row, zone, (&mut pages, fonts));
    }
    limits(&mut pages, sheet.limits);
    let mut done = pages.done();
    let count = done.len();
    for (number, page) in (1_usize..).zip(&mut done) {
        let place = format!("Page {number} of {count}");
        page.push(Cell { x: MARGIN, y: MARGIN - 10.0, size: SMALL, grey: GREY, text: place });
        let names = format!("SHA-256 of statement.json inside this document: {digest}");
        page.push(Cell { x: 130.0, y: MARGIN - 10.0, size: SMALL, grey: GREY, text: names });
    }
    done
}

/// A statement with balances.
pub(crate) fn of_statement(statement: &Statement, zone: &Zone<'_>) -> Sheet {
    let account = &statement.subject;
    let json = statement.to_json();
    let home = json.get("account").and_then(|it| it.text_of("home")).unwrap_or_default();
    let id = json.get("account").and_then(|it| it.text_of("id")).unwrap_or_default();
    let rounds = (statement.opening.round().0, statement.closing.round().0);
    let (before, after) = (statement.held_before(), statement.held_after());
    let mut lines = vec![format!("Address {home}    account {id}")];
    lines.extend(period(
        [utc(statement.from), utc(statement.to)],
        [zone.show(statement.from), zone.show(statement.to)],
        zone.name,
    ));
    lines.extend([
        format!(
            "Rounds {} to {} of chain {}",
            rounds.0.saturating_add(1),
            rounds.1,
            statement.chain
        ),
        format!(
            "Opening balance {} ABC, {} ABIT, {} ABC bonded",
            before.abc, before.abit, before.bonded
        ),
        format!(
            "Closing balance {} ABC, {} ABIT, {} ABC bonded",
            after.abc, after.abit, after.bonded
        ),
        format!("{} entries", statement.count()),
    ]);
    lines.extend(private(statement));
    let name = account.name.as_deref().map(harmless).unwrap_or_default();
    let title = format!("Statement of account: {name}");
    Sheet { title, lines, rows: rows(statement), limits: &LIMITS }
}

/// A statement of receipts: no balances.
pub(crate) fn of_receipts(receipts: &Receipts, zone: &Zone<'_>) -> Sheet {
    let json = receipts.to_json();
    let address = json.get("account").and_then(|it| it.text_of("address")).unwrap_or_default();
    let mut lines = vec![format!("Address {address}")];
    lines.extend(period(
        [utc(receipts.from), utc(receipts.to)],
        [zone.show(receipts.from), zone.show(receipts.to)],
        zone.name,
    ));
    lines.push(format!("Chain {}", receipts.chain));
    lines
        .push(format!("{} private receipts; no payments and no balances", receipts.receipts.len()));
    let name = receipts.subject.name.as_deref().map(harmless).unwrap_or_default();
    let title = format!("Statement of receipts: {name}");
    Sheet { title, lines, rows: receipts.rows(), limits: &RECEIPTS_LIMITS }
}

/// The ends of a period, in UTC and in a zone of this name.
fn period(utc: [String; 2], local: [String; 2], zone: &str) -> [String; 2] {
    let [from, to] = utc;
    let [since, until] = local;
    [format!("From {from} to {to} (not included)"), format!("     {since} to {until} in {zone}")]
}

/// What the pool has to do with it.
fn private(statement: &Statement) -> Vec<String> {
    let Some(pool) = &statement.pool else { return vec![] };
    let (before, after) = statement.held_in_pool();
    let mut lines = vec![format!(
        "In the private pool {before} ABC before, {after} ABC after; lines marked private show that \
         balance"
    )];
    if !pool.annex.forward.is_empty() {
        let note = "Lines marked annex are dated after the period: how the closing balance of a \
                    month was carried forward";
        lines.push(note.to_owned());
    }
    lines
}

fn columns(pages: &mut Pages, fonts: &Fonts<'_>) {
    for (name, x, width, right) in COLUMNS {
        let shift = if right { width - fonts.width(name) * BODY } else { 0.0 };
        pages.put((x + shift, BODY, GREY), name.to_owned());
    }
    pages.skip(12.0);
}

fn line(row: Row, zone: &Zone<'_>, (pages, fonts): (&mut Pages, &Fonts<'_>)) {
    let times = vec![utc(row.time), zone.show(row.time)];
    let mut with = wrap(&harmless(&row.name), 6, fonts);
    // A private address is for machines: whoever is paid there has a name, or none that is known.
    let counterparty = if row.state != PUBLIC { "" } else { &row.counterparty };
    with.extend(wrap(counterparty, 6, fonts));
    let cells = [
        times,
        kind(&row),
        vec![row.direction.to_owned()],
        vec![row.amount],
        vec![row.fee],
        vec![row.balance],
        with,
        wrap(&harmless(&row.memo), 7, fonts),
    ];
    let height = cells.iter().map(Vec::len).max().unwrap_or(1);
    if pages.begin(height, BODY * 1.3) {
        columns(pages, fonts);
    }
    for ((_, x, width, right), texts) in COLUMNS.into_iter().zip(cells) {
        for (at, text) in texts.into_iter().enumerate() {
            let shift = if right { width - fonts.width(&text) * BODY } else { 0.0 };
            pages.put_at(at, (x + shift, BODY, 0.0), text);
        }
    }
    pages.end(height);
}

/// What a line is, and whether everybody sees it.
fn kind(row: &Row) -> Vec<String> {
    let more = if row.count > 1 { format!(" × {}", row.count) } else { String::new() };
    let mut lines = vec![row.kind.replace('_', " ") + &more];
    if row.state != PUBLIC {
        lines.push(row.state.to_owned());
    }
    lines
}

/// A text in lines of a column's width.
fn wrap(text: &str, column: usize, fonts: &Fonts<'_>) -> Vec<String> {
    let width = COLUMNS.get(column).map_or(100.0, |(_, _, width, _)| *width) / BODY;
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0.0);
    for c in text.chars() {
        let wide = fonts.width(c.encode_utf8(&mut [0; 4]));
        if used + wide > width && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            used = 0.0;
        }
        if lines.len() == MOST_LINES {
            if let Some(last) = lines.last_mut() {
                last.push('…');
            }
            return lines;
        }
        line.push(c);
        used += wide;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

fn limits(pages: &mut Pages, limits: &[&str]) {
    pages.skip(10.0);
    let own = "This paper is for reading and proves nothing by itself. The file inside, whose \
               digest stands below, does: anyone can check it with bcm-verify and a checkpoint.";
    for text in [own].into_iter().chain(limits.iter().copied()) {
        pages.line((MARGIN, BODY, GREY), text.to_owned(), 11.0);
    }
}
