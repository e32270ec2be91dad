//! Impl blocks and inline modules, with every kind of item.

use std::fmt;

use wf_instrument::{wf_measure, wf_skip, wf_token};

pub(crate) struct Store<'a, T, const N: usize> {
    rows: &'a [T; N],
}

#[wf_measure]
impl<'a, T: Copy + Send + 'a, const N: usize> Store<'a, T, N>
where
    T: fmt::Debug,
{
    pub(crate) const SIZE: usize = { N + 1 };

    pub(crate) const fn new(rows: &'a [T; N]) -> Self {
        Self { rows }
    }

    /// Reads one.
    pub(crate) fn get(&self, i: usize) -> Option<T> {
        self.rows.get(i).copied()
    }

    pub(crate) async fn wait(self) -> Result<T, String> {
        self.rows.first().copied().ok_or_else(|| "empty".to_owned())
    }

    #[wf_measure(ttft, model = "store")]
    pub(crate) fn stream(&self) -> impl Iterator<Item = T> + use<'a, T, N> {
        self.rows.iter().copied()
    }

    #[wf_skip]
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    #[cfg_attr(all(), wf_skip, inline)]
    pub(crate) fn first(&self) -> Option<T> {
        self.get(0)
    }

    #[cfg_attr(any(), wf_skip)]
    #[cfg_attr(all(), cfg_attr(all(), wf_measure(name = "store last")))]
    pub(crate) fn last(&self) -> Option<T> {
        self.get(self.len().checked_sub(1)?)
    }

    #[cfg_attr(any(), wf_measure(ttft, model = "store twice"))]
    pub(crate) fn twice(&self) -> Vec<T> {
        self.rows.repeat(2)
    }
}

#[wf_measure]
impl<T: fmt::Debug, const N: usize> fmt::Display for Store<'_, T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.rows)
    }
}

#[wf_measure]
pub(crate) mod inline {
    //! Its own doc comment.

    use super::{wf_measure, wf_token};

    pub(crate) struct Word<'a>(pub(crate) &'a str);

    pub(crate) type Words<'a> = Vec<Word<'a>>;

    pub(crate) fn split(text: &str) -> Words<'_> {
        text.split(' ')
            .map(Word)
            .filter(|word| !word.0.is_empty())
            .collect()
    }

    #[wf_measure(ttft)]
    pub(crate) fn spoken(text: &str) -> usize {
        split(text).iter().inspect(|_| wf_token!()).count()
    }
}
