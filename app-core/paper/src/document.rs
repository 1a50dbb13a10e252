//! Pages as a PDF file: the same bytes for the same statement.

use crate::fonts::{BadFont, Files, Fonts};
use crate::layout::{Cell, Page};
use crate::sheet::{HEIGHT, Sheet, WIDTH, of_receipts, of_statement, pages};
use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use statement::{Receipts, Statement, Zone};
use wire::hash;

const NAMES: [&[u8]; 2] = [b"F0", b"F1"];
const LEVEL: u8 = 6;
/// What the file inside is called.
const ATTACHED: &str = "statement.json";

/// A statement as people read it, with local times of this zone.
///
/// # Errors
/// [`BadFont`] if the program is damaged.
pub fn pdf(statement: &Statement, zone: &Zone<'_>) -> Result<Vec<u8>, BadFont> {
    made(statement.file(), of_statement(statement, zone), zone)
}

/// A statement of receipts as people read it.
///
/// # Errors
/// [`BadFont`] if the program is damaged.
pub fn receipts_pdf(receipts: &Receipts, zone: &Zone<'_>) -> Result<Vec<u8>, BadFont> {
    made(receipts.file(), of_receipts(receipts, zone), zone)
}

fn made(file: String, sheet: Sheet, zone: &Zone<'_>) -> Result<Vec<u8>, BadFont> {
    let digest = hex::encode(hash("", &[file.as_bytes()]));
    let files = Files::load()?;
    let mut fonts = Fonts::new(&files)?;
    let pages = pages(sheet, zone, (&digest, &fonts));
    let contents: Vec<Vec<u8>> = pages.iter().map(|page| content(page, &mut fonts)).collect();
    write(&contents, &fonts, file.as_bytes())
}

fn content(page: &Page, fonts: &mut Fonts<'_>) -> Vec<u8> {
    let mut content = Content::new();
    for Cell { x, y, size, grey, text } in page {
        content.begin_text();
        content.set_fill_gray(*grey);
        content.next_line(*x, *y);
        for run in fonts.shape(text) {
            let name = NAMES.get(run.font).copied().unwrap_or(b"F0");
            content.set_font(Name(name), *size);
            content.show(Str(&run.glyphs));
        }
        content.end_text();
    }
    compress_to_vec_zlib(&content.finish(), LEVEL)
}

fn write(contents: &[Vec<u8>], fonts: &Fonts<'_>, file: &[u8]) -> Result<Vec<u8>, BadFont> {
    let mut next = 0_i32;
    let mut id = || {
        next = next.saturating_add(1);
        Ref::new(next)
    };
    let (catalog, tree, about, attached) = (id(), id(), id(), [id(), id()]);
    let font_ids: Vec<[Ref; 5]> =
        (0..fonts.count()).map(|_| [id(), id(), id(), id(), id()]).collect();
    let page_ids: Vec<[Ref; 2]> = contents.iter().map(|_| [id(), id()]).collect();
    let mut pdf = Pdf::new();
    attach(&mut pdf, catalog, (tree, attached), file);
    pdf.document_info(about).title(TextStr("Statement of account")).producer(TextStr("BCM"));
    let count = i32::try_from(contents.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(page_ids.iter().map(|[page, _]| *page)).count(count);
    for ([page, stream], content) in page_ids.into_iter().zip(contents) {
        let mut sheet = pdf.page(page);
        sheet.parent(tree).media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).contents(stream);
        let mut resources = sheet.resources();
        let mut named = resources.fonts();
        for (name, [font, ..]) in NAMES.iter().zip(&font_ids) {
            named.pair(Name(name), *font);
        }
        named.finish();
        resources.finish();
        sheet.finish();
        pdf.stream(stream, content).filter(Filter::FlateDecode);
    }
    for (index, ids) in font_ids.into_iter().enumerate() {
        fonts.write(index, &mut pdf, ids)?;
    }
    Ok(pdf.finish())
}

/// The file that proves what the pages say travels inside.
fn attach(pdf: &mut Pdf, catalog: Ref, (tree, [spec, stream]): (Ref, [Ref; 2]), file: &[u8]) {
    let mut root = pdf.catalog(catalog);
    root.pages(tree);
    root.names().embedded_files().names().insert(Str(ATTACHED.as_bytes()), spec);
    root.finish();
    let mut named = pdf.file_spec(spec);
    named.path(Str(ATTACHED.as_bytes())).unic_file(TextStr(ATTACHED)).embedded_file(stream);
    named.finish();
    let packed = compress_to_vec_zlib(file, LEVEL);
    let mut embedded = pdf.embedded_file(stream, &packed);
    embedded.subtype(Name(b"application/json"));
    embedded.filter(Filter::FlateDecode);
}
