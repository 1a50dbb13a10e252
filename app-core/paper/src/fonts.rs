//! The fonts of a page: which one has a letter, how wide it is, and the part that is embedded.

use crate::woff::unpack;
use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use std::collections::BTreeMap;
use subsetter::GlyphRemapper;
use ttf_parser::Face;

/// Noto Sans SC (SIL Open Font License 1.1, see `fonts/OFL.txt`), as published for the web: Latin
/// letters, and the Chinese characters in use.
const FILES: [&[u8]; 2] = [
    include_bytes!("../fonts/noto-sans-sc-latin-400-normal.woff"),
    include_bytes!("../fonts/noto-sans-sc-chinese-simplified-400-normal.woff"),
];
/// Stands for what no font has.
const MISSING: char = '?';
const IDENTITY: SystemInfo<'_> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
/// How hard streams are packed, 0 to 10.
const LEVEL: u8 = 6;
/// Widths in a PDF are thousandths of the size.
const THOUSAND: f32 = 1000.0;

/// One of our own fonts cannot be read: the program is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a font of the program cannot be read")]
pub struct BadFont;

/// The fonts, as files.
pub(crate) struct Files(Vec<Vec<u8>>);

impl Files {
    pub(crate) fn load() -> Result<Self, BadFont> {
        let files = FILES.iter().map(|file| unpack(file).ok_or(BadFont));
        Ok(Self(files.collect::<Result<_, _>>()?))
    }
}

/// The fonts of one document and what is used of them.
pub(crate) struct Fonts<'a>(Vec<Font<'a>>);

struct Font<'a> {
    data: &'a [u8],
    face: Face<'a>,
    used: GlyphRemapper,
    letters: BTreeMap<u16, (char, f32)>,
}

/// Letters of one font, as a PDF shows them.
pub(crate) struct Run {
    /// Which font.
    pub(crate) font: usize,
    /// The numbers of its glyphs, big-endian.
    pub(crate) glyphs: Vec<u8>,
}

impl<'a> Fonts<'a> {
    pub(crate) fn new(files: &'a Files) -> Result<Self, BadFont> {
        let font = |data: &'a Vec<u8>| {
            let face = Face::parse(data, 0).map_err(|_| BadFont)?;
            Ok(Font { data, face, used: GlyphRemapper::new(), letters: BTreeMap::new() })
        };
        Ok(Self(files.0.iter().map(font).collect::<Result<_, _>>()?))
    }

    /// How wide a text is at size 1.
    pub(crate) fn width(&self, text: &str) -> f32 {
        text.chars().filter_map(|c| Some(self.letter(c)?.2)).sum::<f32>() / THOUSAND
    }

    /// The text as runs of letters, which are embedded from now on.
    pub(crate) fn shape(&mut self, text: &str) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for c in text.chars() {
            let Some((index, glyph, width)) = self.letter(c) else { continue };
            let Some(font) = self.0.get_mut(index) else { continue };
            let number = font.used.remap(glyph);
            font.letters.insert(number, (c, width));
            match runs.last_mut().filter(|run| run.font == index) {
                Some(run) => run.glyphs.extend(number.to_be_bytes()),
                None => runs.push(Run { font: index, glyphs: number.to_be_bytes().to_vec() }),
            }
        }
        runs
    }

    /// Font, glyph and width of a letter.
    fn letter(&self, c: char) -> Option<(usize, u16, f32)> {
        let find = |c: char| {
            self.0.iter().enumerate().find_map(|(index, font)| {
                let glyph = font.face.glyph_index(c)?;
                let wide = f32::from(font.face.glyph_hor_advance(glyph)?);
                Some((index, glyph.0, wide * font.scale()))
            })
        };
        find(c).or_else(|| find(MISSING))
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Writes what is used of a font, under five ids from this one on.
    pub(crate) fn write(&self, index: usize, pdf: &mut Pdf, ids: [Ref; 5]) -> Result<(), BadFont> {
        self.0.get(index).ok_or(BadFont)?.write(pdf, ids)
    }
}

impl Font<'_> {
    fn scale(&self) -> f32 {
        THOUSAND / f32::from(self.face.units_per_em())
    }

    fn write(&self, pdf: &mut Pdf, ids: [Ref; 5]) -> Result<(), BadFont> {
        let [font, cid, descriptor, cmap, file] = ids;
        // Six letters in front say that it is a part of a font.
        let name = Name(b"BCMAAA+NotoSansSC-Regular");
        pdf.type0_font(font)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(cmap);
        let mut part = pdf.cid_font(cid);
        part.subtype(CidFontType::Type2).base_font(name).system_info(IDENTITY);
        part.font_descriptor(descriptor).default_width(0.0);
        part.cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = part.widths();
        for (number, (_, width)) in &self.letters {
            widths.consecutive(*number, [*width]);
        }
        widths.finish();
        part.finish();
        self.describe(pdf, (descriptor, file), name);
        let mut unicode = UnicodeCmap::<u16>::new(Name(b"Custom"), IDENTITY);
        for (number, (letter, _)) in &self.letters {
            unicode.pair(*number, *letter);
        }
        pdf.cmap(cmap, &unicode.finish());
        let part = subsetter::subset(self.data, 0, &self.used).map_err(|_| BadFont)?;
        pdf.stream(file, &compress_to_vec_zlib(&part, LEVEL)).filter(Filter::FlateDecode);
        Ok(())
    }

    fn describe(&self, pdf: &mut Pdf, (id, file): (Ref, Ref), name: Name<'_>) {
        let (face, scale) = (&self.face, self.scale());
        let units = |number: i16| f32::from(number) * scale;
        let bbox = face.global_bounding_box();
        pdf.font_descriptor(id)
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(
                units(bbox.x_min),
                units(bbox.y_min),
                units(bbox.x_max),
                units(bbox.y_max),
            ))
            .italic_angle(0.0)
            .ascent(units(face.ascender()))
            .descent(units(face.descender()))
            .cap_height(units(face.capital_height().unwrap_or_else(|| face.ascender())))
            .stem_v(80.0)
            .font_file2(file);
    }
}
