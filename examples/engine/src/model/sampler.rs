//! Sampling: from logits to a token.

use super::{ModelError, rng::Rng};

/// The model's unnormalised score of every token of its vocabulary.
#[derive(Clone, Debug, PartialEq)]
pub struct Logits(pub(super) Vec<f32>);

impl Logits {
    /// One score per token, in the order of token ids.
    #[must_use]
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }
}

/// Chooses tokens: the most probable one, or a random one among the most probable.
///
/// Equal seeds choose equally from equal logits. Greedy sampling costs one pass over the
/// vocabulary; otherwise it is sorted: one allocation and a few microseconds for 128 tokens.
#[derive(Clone, Debug)]
pub struct Sampler {
    temperature: f32,
    top_p: f32,
    rng: Rng,
}

impl Sampler {
    /// A sampler that always chooses the most probable token.
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
        if self.temperature == 0.0 {
            most_probable(logits)
        } else {
            self.draw(logits)
        }
    }

    fn draw(&mut self, logits: &Logits) -> u32 {
        let mut ranked: Vec<(u32, f32)> = (0..).zip(logits.0.iter().copied()).collect();
        ranked.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let weights = self.nucleus(&ranked);
        let mut left = self.rng.unit() * weights.iter().sum::<f32>();
        let chosen = weights.iter().position(|weight| {
            left -= weight;
            left < 0.0
        });
        ranked.get(chosen.unwrap_or(0)).map_or(0, |chosen| chosen.0)
    }

    /// Softmax weights of the shortest prefix of `ranked` that holds `top_p` of the probability.
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

/// The first among equals.
fn most_probable(logits: &Logits) -> u32 {
    let higher = |best: (u32, f32), next: (u32, f32)| if next.1 > best.1 { next } else { best };
    (0..)
        .zip(logits.0.iter().copied())
        .reduce(higher)
        .map_or(0, |best| best.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frequencies(sampler: &mut Sampler, logits: &[f32]) -> Vec<f64> {
        let logits = Logits(logits.to_vec());
        let mut counts = vec![0.0; logits.0.len()];
        for _ in 0..20_000 {
            counts[sampler.sample(&logits) as usize] += 1.0 / 20_000.0;
        }
        counts
    }

    #[test]
    fn greedy_takes_the_highest_and_the_first_of_equals() {
        let sample = |logits: &[f32]| Sampler::greedy().sample(&Logits(logits.to_vec()));
        assert_eq!(sample(&[0.5, 3.0, -1.0, 3.0]), 1);
        assert_eq!(sample(&[f32::NEG_INFINITY, -5.0]), 1);
    }

    #[test]
    fn tokens_come_as_often_as_the_softmax_says() {
        let logits = [1.0_f32, 2.0, 0.0, -1.0];
        for temperature in [0.5_f32, 1.0, 2.0] {
            let mut sampler = Sampler::new(temperature, 1.0, 11).unwrap();
            let weights = logits.map(|logit| f64::from(logit / temperature).exp());
            let sum: f64 = weights.iter().sum();
            let found = frequencies(&mut sampler, &logits);
            for (found, weight) in found.iter().zip(weights) {
                assert!(
                    (found - weight / sum).abs() < 0.015,
                    "{found} is not {}",
                    weight / sum
                );
            }
        }
    }

    #[test]
    fn top_p_drops_the_improbable_tail() {
        let logits = [0.5_f32, 0.3, 0.15, 0.05].map(f32::ln);
        let found = frequencies(&mut Sampler::new(1.0, 0.75, 2).unwrap(), &logits);
        assert!((found[0] - 0.625).abs() < 0.015 && (found[1] - 0.375).abs() < 0.015);
        assert_eq!(&found[2..], [0.0, 0.0]);
        let one = frequencies(&mut Sampler::new(1.0, 1e-6, 2).unwrap(), &logits);
        assert!((one[0] - 1.0).abs() < 1e-9);
    }

    #[test]
    fn equal_seeds_choose_equally() {
        let run = |seed| {
            let mut sampler = Sampler::new(1.0, 1.0, seed).unwrap();
            (0..64)
                .map(|_| sampler.sample(&Logits(vec![0.0; 50])))
                .collect::<Vec<_>>()
        };
        assert_eq!(run(4), run(4));
        assert_ne!(run(4), run(5));
    }

    #[test]
    fn parameters_out_of_range_are_refused() {
        for (temperature, top_p) in [
            (-0.1, 1.0),
            (f32::NAN, 1.0),
            (101.0, 1.0),
            (1.0, 0.0),
            (1.0, 1.1),
            (1.0, f32::NAN),
        ] {
            let refused = Sampler::new(temperature, top_p, 0);
            assert!(
                matches!(refused, Err(ModelError::Sampling { .. })),
                "{temperature} {top_p}"
            );
        }
    }

    #[test]
    fn strange_logits_still_give_a_token_of_the_vocabulary() {
        for logits in [
            vec![f32::NAN; 3],
            vec![f32::NEG_INFINITY; 3],
            vec![f32::INFINITY; 3],
        ] {
            let mut sampler = Sampler::new(0.7, 0.9, 1).unwrap();
            assert!(sampler.sample(&Logits(logits)) < 3);
        }
    }
}
