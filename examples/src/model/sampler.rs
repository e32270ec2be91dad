//! From scores to a token.

use super::{ModelError, rng::Rng};

/// The model's score of every token of its vocabulary, unnormalised.
#[derive(Clone, Debug, PartialEq)]
pub struct Logits(pub(super) Vec<f32>);

impl Logits {
    /// One score a token, in the order of token ids.
    #[must_use]
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }
}

/// Chooses tokens: greedily, or at random from the most probable ones.
///
/// Equal seeds choose equally from equal logits. Greedy costs one pass over the vocabulary;
/// otherwise it is sorted, about 3 µs for 128 tokens.
#[derive(Clone, Debug)]
pub struct Sampler {
    temperature: f32,
    top_p: f32,
    rng: Rng,
}

impl Sampler {
    /// Always the most probable token.
    #[must_use]
    pub const fn greedy() -> Self {
        Self {
            temperature: 0.0,
            top_p: 1.0,
            rng: Rng::new(0),
        }
    }

    /// Divides logits by `temperature` (0 is greedy) and keeps the most probable tokens until they
    /// hold `top_p` of the probability.
    ///
    /// # Errors
    /// [`ModelError::Sampling`] when `temperature` is outside 0–100 or `top_p` outside 0–1,
    /// 0 excluded.
    pub fn new(temperature: f32, top_p: f32, seed: u64) -> Result<Self, ModelError> {
        let out_of_range = |parameter, value, expected| {
            Err(ModelError::Sampling {
                parameter,
                value,
                expected,
            })
        };
        if !(0.0..=100.0).contains(&temperature) {
            return out_of_range("temperature", temperature, "it must be from 0 to 100");
        }
        if !(top_p > 0.0 && top_p <= 1.0) {
            return out_of_range("top_p", top_p, "it must be above 0 and at most 1");
        }
        Ok(Self {
            temperature,
            top_p,
            rng: Rng::new(seed),
        })
    }

    /// The next token.
    pub fn sample(&mut self, logits: &Logits) -> u32 {
        let mut ranked: Vec<(u32, f32)> = (0..).zip(logits.0.iter().copied()).collect();
        if self.temperature == 0.0 {
            return ranked
                .iter()
                .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
                .map_or(0, |best| best.0);
        }
        ranked.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let weights = self.nucleus(&ranked);
        let mut left = self.rng.unit() * weights.iter().sum::<f32>();
        let chosen = weights.iter().position(|weight| {
            left -= weight;
            left < 0.0
        });
        ranked.get(chosen.unwrap_or(0)).map_or(0, |chosen| chosen.0)
    }

    /// Softmax weights of the shortest prefix of `ranked` that holds `top_p` of the whole.
    fn nucleus(&self, ranked: &[(u32, f32)]) -> Vec<f32> {
        let top = ranked.first().map_or(0.0, |best| best.1);
        let weight = |&(_, logit): &(u32, f32)| ((logit - top) / self.temperature).exp();
        let mut weights: Vec<f32> = ranked.iter().map(weight).collect();
        let mut wanted = self.top_p * weights.iter().sum::<f32>();
        let enough = weights.iter().position(|weight| {
            wanted -= weight;
            wanted <= 0.0
        });
        weights.truncate(enough.map_or(weights.len(), |last| last + 1));
        weights
    }
}
