//! Fixed-length rows of text for the trainer.

use candle_core::{Device, Result, Tensor};

use crate::corpus::Corpus;

/// An endless stream of batches, cut from the corpus.
pub(super) struct Batches {
    corpus: Corpus,
    rows: usize,
    tokens: usize,
}

impl Batches {
    pub(super) fn new(seed: u64, rows: usize, tokens: usize) -> Self {
        Self {
            corpus: Corpus::new(seed),
            rows,
            tokens,
        }
    }

    pub(super) fn next(&mut self) -> Batch {
        let rows = (0..self.rows).map(|_| self.row()).collect();
        Batch {
            rows,
            tokens: self.tokens,
        }
    }

    /// Whole documents from the first byte; the last one is cut.
    fn row(&mut self) -> Vec<Byte> {
        let mut row = Vec::with_capacity(self.tokens + 256);
        while row.len() <= self.tokens {
            let (prompt, answer) = self.corpus.document();
            for (text, weight) in [(prompt, 0.0), (answer, 1.0)] {
                row.extend(text.bytes().map(|id| Byte {
                    id: id.into(),
                    weight,
                }));
            }
        }
        row.truncate(self.tokens + 1);
        row
    }
}

/// A byte of text, and its weight in the loss.
struct Byte {
    id: u32,
    weight: f32,
}

/// Rows one byte longer than a sequence: each byte but the last is followed by its target.
pub(super) struct Batch {
    rows: Vec<Vec<Byte>>,
    tokens: usize,
}

impl Batch {
    /// Row × position.
    pub(super) fn inputs(&self) -> Result<Tensor> {
        let ids = self
            .rows
            .iter()
            .flat_map(|row| &row[..self.tokens])
            .map(|byte| byte.id);
        Tensor::from_iter(ids, &Device::Cpu)?.reshape((self.rows.len(), self.tokens))
    }

    /// All rows after one another, as a column.
    pub(super) fn targets(&self) -> Result<Tensor> {
        Tensor::from_iter(self.following().map(|byte| byte.id), &Device::Cpu)?.unsqueeze(1)
    }

    /// The weight of each target: zero in a question, whose wording is random.
    pub(super) fn weights(&self) -> Result<Tensor> {
        Tensor::from_iter(self.following().map(|byte| byte.weight), &Device::Cpu)?.unsqueeze(1)
    }

    fn following(&self) -> impl Iterator<Item = &Byte> {
        self.rows.iter().flat_map(|row| &row[1..])
    }
}
