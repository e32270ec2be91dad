//! The parts that memory is divided into.

use wf_instrument::Bytes;

/// A purpose that gets a share of the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Part {
    /// Weights of resident models.
    Models,
    /// Data that can be dropped and made again: keys and values of sequences, responses.
    Caches,
    /// The program itself: code, stacks of threads, work space of kernels.
    Runtime,
    /// Room for growth between two readings of the memory in use.
    Buffer,
}

impl Part {
    /// All parts, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Models, Self::Caches, Self::Runtime, Self::Buffer];

    /// Returns the name, as it is exported.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Models => "models",
            Self::Caches => "caches",
            Self::Runtime => "runtime",
            Self::Buffer => "buffer",
        }
    }
}

/// A number of bytes for each part: in use, or allowed.
///
/// As the memory in use, a part that had to reject something (a model that did not fit, an entry
/// that was evicted too early) includes the missing bytes: so it gets more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Parts {
    /// Bytes of [`Part::Models`].
    pub models: Bytes,
    /// Bytes of [`Part::Caches`].
    pub caches: Bytes,
    /// Bytes of [`Part::Runtime`].
    pub runtime: Bytes,
    /// Bytes of [`Part::Buffer`].
    pub buffer: Bytes,
}

impl Parts {
    /// Returns the bytes of this part.
    #[must_use]
    pub const fn of(&self, part: Part) -> Bytes {
        match part {
            Part::Models => self.models,
            Part::Caches => self.caches,
            Part::Runtime => self.runtime,
            Part::Buffer => self.buffer,
        }
    }

    pub(super) fn to_array(self) -> [u64; 4] {
        Part::ALL.map(|part| self.of(part).get())
    }

    pub(super) fn from_array(bytes: [u64; 4]) -> Self {
        let [models, caches, runtime, buffer] = bytes.map(Bytes::new);
        Self {
            models,
            caches,
            runtime,
            buffer,
        }
    }
}
