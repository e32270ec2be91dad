//! The network against a plain implementation, position by position in `f64`.

use std::collections::HashMap;

use super::*;
use crate::model::{rope::RopeScaling, source::Seeded};

/// Grouped queries, an untied head, and widths that all differ.
fn odd_config() -> Config {
    Config {
        vocabulary: 40,
        width: 24,
        hidden: 20,
        layers: 2,
        heads: 6,
        kv_heads: 2,
        head_width: 8,
        context: 16,
        tied_head: false,
        rope_theta: 100.0,
        ..Config::tiny()
    }
}

/// Seeded weights large enough that attention is far from uniform.
struct Loud(Seeded);

impl WeightSource for Loud {
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, ModelError> {
        let loudness = if shape.len() == 1 { 1.0 } else { 25.0 };
        Ok((self.0.take(name, shape)? * loudness)?)
    }
}

fn loud(config: &Config) -> Llama {
    Llama::read(config, &mut Loud(Seeded::new(5))).unwrap()
}

const TOKENS: [u32; 11] = [3, 17, 0, 39, 8, 8, 21, 30, 1, 12, 25];

fn assert_close(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    let scale = expected
        .iter()
        .fold(0.0_f32, |most, value| most.max(value.abs()));
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() < 1e-4 * scale,
            "{found} is not {expected}"
        );
    }
}

#[test]
fn a_prefill_equals_the_plain_implementation() {
    for config in [
        odd_config(),
        Config {
            tied_head: true,
            ..odd_config()
        },
    ] {
        let llama = loud(&config);
        let mut cache = KvCache::new(&config, config.context).unwrap();
        let found = llama.next(&TOKENS, &mut cache).unwrap();
        assert_close(&found, &Plain::new(&config, &llama).logits(&TOKENS));
    }
}

#[test]
fn stretched_rotation_equals_the_plain_implementation() {
    let llama3 = RopeScaling::Llama3 {
        factor: 8.0,
        low: 1.0,
        high: 4.0,
        context: 32.0,
    };
    for rope_scaling in [RopeScaling::Linear { factor: 4.0 }, llama3] {
        let config = Config {
            rope_scaling,
            ..odd_config()
        };
        let llama = loud(&config);
        let mut cache = KvCache::new(&config, config.context).unwrap();
        let found = llama.next(&TOKENS, &mut cache).unwrap();
        assert_close(&found, &Plain::new(&config, &llama).logits(&TOKENS));
    }
}

#[test]
fn decoding_token_by_token_equals_a_prefill() {
    let config = odd_config();
    let llama = loud(&config);
    let mut whole = KvCache::new(&config, TOKENS.len()).unwrap();
    let at_once = llama.next(&TOKENS, &mut whole).unwrap();
    for prompt in [1, 4, TOKENS.len() - 1] {
        let mut cache = KvCache::new(&config, config.context).unwrap();
        let mut logits = llama.next(&TOKENS[..prompt], &mut cache).unwrap();
        for &token in &TOKENS[prompt..] {
            logits = llama.next(&[token], &mut cache).unwrap();
        }
        assert_close(&logits, &at_once);
    }
}

#[test]
fn a_prefill_in_pieces_equals_one() {
    let config = odd_config();
    let llama = loud(&config);
    let mut whole = KvCache::new(&config, TOKENS.len()).unwrap();
    let mut pieces = KvCache::new(&config, TOKENS.len()).unwrap();
    llama.next(&TOKENS[..4], &mut pieces).unwrap();
    assert_close(
        &llama.next(&TOKENS[4..], &mut pieces).unwrap(),
        &llama.next(&TOKENS, &mut whole).unwrap(),
    );
}

#[test]
fn training_computes_what_inference_does() {
    let config = odd_config();
    let llama = loud(&config);
    let rows = [&TOKENS[..5], &TOKENS[5..10]];
    let ids = Tensor::from_slice(&rows.concat(), (2, 5), &Device::Cpu).unwrap();
    let taught = llama.teach(&ids).unwrap().reshape((2, 5, 40)).unwrap();
    for (index, row) in rows.into_iter().enumerate() {
        let mut cache = KvCache::new(&config, 5).unwrap();
        let last: Vec<f32> = taught
            .get(index)
            .unwrap()
            .get(4)
            .unwrap()
            .to_vec1()
            .unwrap();
        assert_close(&last, &llama.next(row, &mut cache).unwrap());
    }
}

#[test]
fn saved_names_read_back_to_the_same_network() {
    struct Named(HashMap<String, Tensor>);
    impl WeightSource for Named {
        fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, ModelError> {
            let tensor = self.0.remove(name).unwrap();
            assert_eq!(tensor.dims(), shape, "{name}");
            Ok(tensor)
        }
    }
    let config = odd_config();
    let llama = loud(&config);
    let mut named = Named(llama.named().unwrap().into_iter().collect());
    let again = Llama::read(&config, &mut named).unwrap();
    assert!(named.0.is_empty(), "left over: {:?}", named.0.keys());
    let next = |llama: &Llama| {
        llama
            .next(&TOKENS, &mut KvCache::new(&config, 11).unwrap())
            .unwrap()
    };
    assert_eq!(next(&llama), next(&again));
}

/// A Llama written from its definition, without any tensor.
struct Plain<'a> {
    config: &'a Config,
    weights: HashMap<String, Vec<f32>>,
}

impl<'a> Plain<'a> {
    fn new(config: &'a Config, llama: &Llama) -> Self {
        let values = |tensor: Tensor| tensor.flatten_all().unwrap().to_vec1().unwrap();
        let named = llama.named().unwrap().into_iter();
        Self {
            config,
            weights: named.map(|(name, tensor)| (name, values(tensor))).collect(),
        }
    }

    fn logits(&self, tokens: &[u32]) -> Vec<f32> {
        let width = self.config.width;
        let embedding = &self.weights["model.embed_tokens.weight"];
        let embed = |&token: &u32| {
            let start = token as usize * width;
            embedding[start..start + width]
                .iter()
                .map(|&value| f64::from(value))
                .collect()
        };
        let mut rows: Vec<Vec<f64>> = tokens.iter().map(embed).collect();
        for layer in 0..self.config.layers {
            self.block(&format!("model.layers.{layer}"), &mut rows);
        }
        let last = self.norm("model.norm", rows.last().unwrap());
        let head = if self.config.tied_head {
            "model.embed_tokens"
        } else {
            "lm_head"
        };
        #[expect(clippy::cast_possible_truncation, reason = "compared with f32")]
        self.linear(head, &last)
            .into_iter()
            .map(|logit| logit as f32)
            .collect()
    }

    fn block(&self, prefix: &str, rows: &mut [Vec<f64>]) {
        let normed: Vec<_> = rows
            .iter()
            .map(|row| self.norm(&format!("{prefix}.input_layernorm"), row))
            .collect();
        let mixed = self.attention(&format!("{prefix}.self_attn"), &normed);
        for (row, mixed) in rows.iter_mut().zip(mixed) {
            add(row, &mixed);
            let normed = self.norm(&format!("{prefix}.post_attention_layernorm"), row);
            let gate = self.linear(&format!("{prefix}.mlp.gate_proj"), &normed);
            let up = self.linear(&format!("{prefix}.mlp.up_proj"), &normed);
            let silu = |gate: f64| gate / (1.0 + (-gate).exp());
            let gated: Vec<_> = gate
                .iter()
                .zip(up)
                .map(|(&gate, up)| silu(gate) * up)
                .collect();
            add(
                row,
                &self.linear(&format!("{prefix}.mlp.down_proj"), &gated),
            );
        }
    }

    fn attention(&self, prefix: &str, rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let &Config {
            heads,
            kv_heads,
            head_width,
            ..
        } = self.config;
        let project = |kind: &str, turn: bool| -> Vec<Vec<Vec<f64>>> {
            let split = |(position, row): (usize, &Vec<f64>)| {
                let all = self.linear(&format!("{prefix}.{kind}_proj"), row);
                let head = |head: &[f64]| {
                    if turn {
                        self.turn(head, position)
                    } else {
                        head.to_vec()
                    }
                };
                all.chunks(head_width).map(head).collect()
            };
            rows.iter().enumerate().map(split).collect()
        };
        let (queries, keys, values) = (project("q", true), project("k", true), project("v", false));
        let mix = |position: usize| {
            let head = |head: usize| {
                let shared = head / (heads / kv_heads);
                let scores: Vec<f64> = (0..=position)
                    .map(|at| dot(&queries[position][head], &keys[at][shared]))
                    .map(|score| (score / (head_width as f64).sqrt()).exp())
                    .collect();
                let sum: f64 = scores.iter().sum();
                let value = |i: usize| {
                    let weighted = |at: usize| scores[at] / sum * values[at][shared][i];
                    (0..=position).map(weighted).sum::<f64>()
                };
                (0..head_width).map(value).collect::<Vec<_>>()
            };
            let merged = (0..heads).map(head).collect::<Vec<_>>().concat();
            self.linear(&format!("{prefix}.o_proj"), &merged)
        };
        (0..rows.len()).map(mix).collect()
    }

    fn turn(&self, head: &[f64], position: usize) -> Vec<f64> {
        let half = head.len() / 2;
        let angle = |pair: usize| {
            let exponent = -2.0 * pair as f64 / head.len() as f64;
            position as f64 * self.stretch(f64::from(self.config.rope_theta).powf(exponent))
        };
        let low = |i: usize| head[i] * angle(i).cos() - head[i + half] * angle(i).sin();
        let high = |i: usize| head[i + half] * angle(i).cos() + head[i] * angle(i).sin();
        (0..half).map(low).chain((0..half).map(high)).collect()
    }

    /// As Llama 3.1 describes it: by wavelength, in three regions.
    fn stretch(&self, frequency: f64) -> f64 {
        match self.config.rope_scaling {
            RopeScaling::None => frequency,
            RopeScaling::Linear { factor } => frequency / f64::from(factor),
            RopeScaling::Llama3 {
                factor,
                low,
                high,
                context,
            } => {
                let [factor, low, high, context] = [factor, low, high, context].map(f64::from);
                let wavelength = std::f64::consts::TAU / frequency;
                if wavelength < context / high {
                    return frequency;
                }
                if wavelength > context / low {
                    return frequency / factor;
                }
                let smooth = (context / wavelength - low) / (high - low);
                (1.0 - smooth) * frequency / factor + smooth * frequency
            }
        }
    }

    fn norm(&self, name: &str, row: &[f64]) -> Vec<f64> {
        let mean = dot(row, row) / row.len() as f64;
        let scale = (mean + f64::from(self.config.norm_epsilon)).sqrt().recip();
        let weight = &self.weights[&format!("{name}.weight")];
        row.iter()
            .zip(weight)
            .map(|(value, &weight)| value * scale * f64::from(weight))
            .collect()
    }

    fn linear(&self, name: &str, row: &[f64]) -> Vec<f64> {
        let weight = &self.weights[&format!("{name}.weight")];
        let output = |weights: &[f32]| {
            weights
                .iter()
                .zip(row)
                .map(|(&weight, value)| f64::from(weight) * value)
                .sum()
        };
        weight.chunks(row.len()).map(output).collect()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(row: &mut [f64], other: &[f64]) {
    row.iter_mut()
        .zip(other)
        .for_each(|(value, other)| *value += other);
}
