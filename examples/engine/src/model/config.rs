//! The shape of a Llama, read from `config.json` and checked before anything is allocated.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{ModelError, rope::RopeScaling};

/// The shapes and constants of the network.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Config {
    pub(crate) vocabulary: usize,
    pub(crate) width: usize,
    pub(crate) hidden: usize,
    pub(crate) layers: usize,
    pub(crate) heads: usize,
    pub(crate) kv_heads: usize,
    pub(crate) head_width: usize,
    pub(crate) context: usize,
    pub(crate) norm_epsilon: f32,
    pub(crate) rope_theta: f32,
    pub(crate) rope_scaling: RopeScaling,
    pub(crate) tied_head: bool,
    pub(crate) end: Vec<u32>,
}

impl Config {
    /// The model that ships: byte level, 0.82 M parameters.
    pub(crate) fn tiny() -> Self {
        Self {
            vocabulary: 128,
            width: 128,
            hidden: 352,
            layers: 4,
            heads: 4,
            kv_heads: 4,
            head_width: 32,
            context: 256,
            norm_epsilon: 1e-5,
            rope_theta: 10_000.0,
            rope_scaling: RopeScaling::None,
            tied_head: true,
            end: vec![u32::from(b'\n')],
        }
    }

    /// Fourteen million parameters: enough work to load two cores.
    ///
    /// It has no end token, so the caller alone decides the length of a generation.
    pub(crate) fn m15() -> Self {
        Self {
            width: 384,
            hidden: 1_024,
            layers: 8,
            heads: 6,
            kv_heads: 6,
            head_width: 64,
            context: 2_048,
            end: Vec::new(),
            ..Self::tiny()
        }
    }

    pub(crate) fn parse(json: &[u8], file: &Path) -> Result<Self, ModelError> {
        let raw: Raw = serde_json::from_slice(json).map_err(|source| ModelError::Json {
            file: file.to_owned(),
            source,
        })?;
        Checker(file).config(raw)
    }
}

/// The fields of a Hugging Face `config.json` that change what a Llama computes.
#[derive(Deserialize)]
struct Raw {
    model_type: String,
    vocab_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    num_key_value_heads: Option<usize>,
    head_dim: Option<usize>,
    max_position_embeddings: usize,
    rms_norm_eps: f32,
    rope_theta: Option<f32>,
    #[serde(alias = "rope_parameters")]
    rope_scaling: Option<RawRope>,
    #[serde(default)]
    tie_word_embeddings: bool,
    eos_token_id: Option<OneOrMany>,
    #[serde(default = "silu")]
    hidden_act: String,
    #[serde(default)]
    attention_bias: bool,
    #[serde(default)]
    mlp_bias: bool,
    sliding_window: Option<usize>,
    quantization_config: Option<serde::de::IgnoredAny>,
}

/// `rope_scaling`, or `rope_parameters` as newer files call it.
#[derive(Deserialize)]
struct RawRope {
    #[serde(alias = "type")]
    rope_type: Option<String>,
    rope_theta: Option<f32>,
    factor: Option<f32>,
    low_freq_factor: Option<f32>,
    high_freq_factor: Option<f32>,
    original_max_position_embeddings: Option<f32>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(u32),
    Many(Vec<u32>),
}

fn silu() -> String {
    "silu".to_owned()
}

/// Turns raw fields into a [`Config`], naming the file in every error.
struct Checker<'a>(&'a Path);

impl Checker<'_> {
    fn config(&self, raw: Raw) -> Result<Config, ModelError> {
        self.network_is_a_plain_llama(&raw)?;
        let heads = self.within("num_attention_heads", raw.num_attention_heads, 1_024)?;
        let kv_heads = raw.num_key_value_heads.unwrap_or(heads);
        let width = self.within("hidden_size", raw.hidden_size, 65_536)?;
        let head_width = raw.head_dim.unwrap_or(width / heads);
        let config = Config {
            vocabulary: self.within("vocab_size", raw.vocab_size, 1 << 20)?,
            width,
            hidden: self.within("intermediate_size", raw.intermediate_size, 1 << 18)?,
            layers: self.within("num_hidden_layers", raw.num_hidden_layers, 1_024)?,
            heads,
            kv_heads: self.within("num_key_value_heads", kv_heads, heads)?,
            head_width: self.within("head_dim", head_width, 1_024)?,
            context: self
                .within(
                    "max_position_embeddings",
                    raw.max_position_embeddings,
                    1 << 24,
                )?
                .min(MAX_CONTEXT),
            norm_epsilon: self.fraction("rms_norm_eps", raw.rms_norm_eps)?,
            rope_theta: self.rope_theta(&raw)?,
            rope_scaling: self.rope_scaling(raw.rope_scaling.as_ref())?,
            tied_head: raw.tie_word_embeddings,
            end: match raw.eos_token_id {
                None => Vec::new(),
                Some(OneOrMany::One(token)) => vec![token],
                Some(OneOrMany::Many(tokens)) => tokens,
            },
        };
        self.heads_divide(&config)?;
        Ok(config)
    }

    fn network_is_a_plain_llama(&self, raw: &Raw) -> Result<(), ModelError> {
        let kind = raw.model_type.as_str();
        self.demand(
            matches!(kind, "llama" | "mistral"),
            "model_type",
            kind,
            "llama or mistral",
        )?;
        self.demand(
            raw.hidden_act == "silu",
            "hidden_act",
            &raw.hidden_act,
            "silu",
        )?;
        self.demand(!raw.attention_bias, "attention_bias", "true", "false")?;
        self.demand(!raw.mlp_bias, "mlp_bias", "true", "false")?;
        self.demand(
            raw.sliding_window.is_none(),
            "sliding_window",
            "set",
            "null",
        )?;
        self.demand(
            raw.quantization_config.is_none(),
            "quantization_config",
            "set",
            "absent",
        )
    }

    fn heads_divide(&self, config: &Config) -> Result<(), ModelError> {
        let grouped = config.heads.is_multiple_of(config.kv_heads);
        self.demand(
            grouped,
            "num_key_value_heads",
            config.kv_heads,
            "a divisor of the heads",
        )?;
        let even = config.head_width.is_multiple_of(2);
        self.demand(
            even,
            "head_dim",
            config.head_width,
            "even, as rotation works on pairs",
        )
    }

    fn rope_theta(&self, raw: &Raw) -> Result<f32, ModelError> {
        let nested = raw.rope_scaling.as_ref().and_then(|rope| rope.rope_theta);
        let theta = raw.rope_theta.or(nested).unwrap_or(10_000.0);
        self.demand(
            (1.0..=1e12).contains(&theta),
            "rope_theta",
            theta,
            "from 1 to 10¹²",
        )?;
        Ok(theta)
    }

    fn rope_scaling(&self, raw: Option<&RawRope>) -> Result<RopeScaling, ModelError> {
        let Some(raw) = raw else {
            return Ok(RopeScaling::None);
        };
        match raw.rope_type.as_deref() {
            None | Some("default") => Ok(RopeScaling::None),
            Some("linear") => Ok(RopeScaling::Linear {
                factor: self.scale("factor", raw.factor)?,
            }),
            Some("llama3") => {
                let low = self.scale("low_freq_factor", raw.low_freq_factor)?;
                let high = self.scale("high_freq_factor", raw.high_freq_factor)?;
                self.demand(
                    low < high,
                    "high_freq_factor",
                    high,
                    "above low_freq_factor",
                )?;
                let context = raw.original_max_position_embeddings;
                Ok(RopeScaling::Llama3 {
                    factor: self.scale("factor", raw.factor)?,
                    low,
                    high,
                    context: self.scale("original_max_position_embeddings", context)?,
                })
            }
            Some(other) => {
                Err(self.refuse("rope_type", other.to_owned(), "default, linear or llama3"))
            }
        }
    }

    fn scale(&self, field: &'static str, value: Option<f32>) -> Result<f32, ModelError> {
        let value = value.ok_or_else(|| self.refuse(field, "absent".to_owned(), "a number"))?;
        self.demand((1.0..=1e9).contains(&value), field, value, "from 1 to 10⁹")?;
        Ok(value)
    }

    fn within(&self, field: &'static str, value: usize, most: usize) -> Result<usize, ModelError> {
        self.demand(
            (1..=most).contains(&value),
            field,
            value,
            format_args!("from 1 to {most}"),
        )?;
        Ok(value)
    }

    fn fraction(&self, field: &'static str, value: f32) -> Result<f32, ModelError> {
        self.demand(
            value > 0.0 && value < 1.0,
            field,
            value,
            "above 0 and below 1",
        )?;
        Ok(value)
    }

    fn demand(
        &self,
        holds: bool,
        field: &'static str,
        value: impl ToString,
        expected: impl std::fmt::Display,
    ) -> Result<(), ModelError> {
        if holds {
            Ok(())
        } else {
            Err(self.refuse(field, value.to_string(), expected))
        }
    }

    fn refuse(
        &self,
        field: &'static str,
        value: String,
        expected: impl std::fmt::Display,
    ) -> ModelError {
        let file = PathBuf::from(self.0);
        ModelError::Config {
            file,
            field,
            value,
            expected: format!("it must be {expected}"),
        }
    }
}

/// Longer contexts are cut to this: on a CPU a longer prefill takes minutes, and the rotation
/// table of 128-wide heads is already 16 MiB.
const MAX_CONTEXT: usize = 32_768;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::files::TINY;

    #[test]
    fn the_shipped_file_describes_the_tiny_model() {
        let json = TINY.read("config.json").unwrap();
        assert_eq!(
            Config::parse(&json, Path::new("config.json")).unwrap(),
            Config::tiny()
        );
    }

    #[test]
    fn several_end_tokens_and_nested_rotation_are_read() {
        let json = br#"{"model_type": "llama", "vocab_size": 100, "hidden_size": 64,
            "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
            "num_key_value_heads": 2, "max_position_embeddings": 64, "rms_norm_eps": 1e-6,
            "rope_parameters": {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0,
                "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                "original_max_position_embeddings": 32},
            "eos_token_id": [7, 9]}"#;
        let config = Config::parse(json, Path::new("config.json")).unwrap();
        let llama3 = RopeScaling::Llama3 {
            factor: 8.0,
            low: 1.0,
            high: 4.0,
            context: 32.0,
        };
        assert_eq!(
            (config.end, config.head_width, config.kv_heads),
            (vec![7, 9], 16, 2)
        );
        assert_eq!(
            (config.rope_theta, config.rope_scaling),
            (500_000.0, llama3)
        );
        assert!(!config.tied_head);
    }
}
