//! What memory is shared out to, and what each of these uses.

use wf_instrument::Bytes;

/// Something that gets a share of the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The weights of resident models.
    Models,
    /// What may be dropped and made again: keys and values of sequences, prefixes, answers.
    Caches,
    /// The program itself: its code, its threads' stacks, the work space of kernels.
    Runtime,
    /// For what comes between two looks at the memory.
    Buffer,
}

impl Part {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Models, Self::Caches, Self::Runtime, Self::Buffer];

    /// As it is exported.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Models => "models",
            Self::Caches => "caches",
            Self::Runtime => "runtime",
            Self::Buffer => "buffer",
        }
    }

    /// What it keeps of its share, whatever it uses: half of it (rounded up), and the buffer all.
    ///
    /// Our choice. A part that has lent everything could not begin anything, so nothing would show that it wants its share back. The
    /// buffer is meant to be empty: its room is not idle, and lenders live on it until the next budget gives them theirs back.
    pub(super) const fn floor(self, home: u64) -> u64 {
        match self {
            Self::Models | Self::Caches | Self::Runtime => home.div_ceil(2),
            Self::Buffer => home,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Models => "models",
            Self::Caches => "caches",
            Self::Runtime => "the runtime",
            Self::Buffer => "the buffer",
        }
    }
}

/// What each part uses of the memory, or would use if it had the room.
///
/// A part that uses exactly what it has counts as content. One that had to turn something away (a model that did not fit, an entry that was
/// dropped too early) says so by counting it in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// By [`Part::Models`].
    pub models: Bytes,
    /// By [`Part::Caches`].
    pub caches: Bytes,
    /// By [`Part::Runtime`].
    pub runtime: Bytes,
    /// By [`Part::Buffer`].
    pub buffer: Bytes,
}

impl Use {
    /// By this part.
    #[must_use]
    pub const fn of(&self, part: Part) -> Bytes {
        match part {
            Part::Models => self.models,
            Part::Caches => self.caches,
            Part::Runtime => self.runtime,
            Part::Buffer => self.buffer,
        }
    }
}
