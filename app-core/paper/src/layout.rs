//! Pages that fill from the top and go on when they are full.

/// A text at a place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cell {
    /// From the left edge, in points.
    pub(crate) x: f32,
    /// From the lower edge.
    pub(crate) y: f32,
    /// Of the letters.
    pub(crate) size: f32,
    /// 0 is black, 1 white.
    pub(crate) grey: f32,
    /// What stands there.
    pub(crate) text: String,
}

/// Everything on a page.
pub(crate) type Page = Vec<Cell>;

/// Pages under way.
pub(crate) struct Pages {
    done: Vec<Page>,
    page: Page,
    top: f32,
    bottom: f32,
    y: f32,
    leading: f32,
}

impl Pages {
    pub(crate) fn new(top: f32, bottom: f32) -> Self {
        Self { done: vec![], page: vec![], top, bottom, y: top, leading: 10.0 }
    }

    /// A line of its own: place, size and grey, text, and how far the next one is below it.
    pub(crate) fn line(&mut self, style: (f32, f32, f32), text: String, height: f32) {
        if self.y - height < self.bottom {
            self.turn();
        }
        self.y -= height;
        self.put(style, text);
    }

    /// A text on the present line.
    pub(crate) fn put(&mut self, (x, size, grey): (f32, f32, f32), text: String) {
        self.page.push(Cell { x, y: self.y, size, grey, text });
    }

    /// Room for so many lines on one page; true if that is a new one.
    pub(crate) fn begin(&mut self, lines: usize, leading: f32) -> bool {
        self.leading = leading;
        let full = self.y - self.below(lines) < self.bottom;
        if full {
            self.turn();
            self.skip(10.0);
        }
        full
    }

    /// A text so many lines below the present one.
    pub(crate) fn put_at(&mut self, line: usize, style: (f32, f32, f32), text: String) {
        let below = self.below(line);
        self.y -= below;
        self.put(style, text);
        self.y += below;
    }

    /// So many lines are full.
    pub(crate) fn end(&mut self, lines: usize) {
        self.y -= self.below(lines) + 2.0;
    }

    /// Leaves room.
    pub(crate) fn skip(&mut self, height: f32) {
        self.y -= height;
    }

    pub(crate) fn done(mut self) -> Vec<Page> {
        self.turn();
        self.done
    }

    fn below(&self, lines: usize) -> f32 {
        f32::from(u16::try_from(lines).unwrap_or(u16::MAX)) * self.leading
    }

    fn turn(&mut self) {
        self.done.push(std::mem::take(&mut self.page));
        self.y = self.top;
    }
}
