//! Checkpoint directories, valid and broken.

#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::{fs, path::Path, sync::Arc};

use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde_json::{Value, json};
use support::{copy, shipped};
use wf_engine::model::{Logits, Model};

mod support;

const WEIGHTS: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

fn logits(model: Model) -> Logits {
    let model = Arc::new(model);
    let prompt = model.encode("Q: What is 2 plus 3?\nA: ").unwrap();
    model.start(&prompt, 64).unwrap().prefill().unwrap()
}

fn load_error(directory: &Path) -> String {
    let message = Model::load(directory).unwrap_err().to_string();
    assert!(!message.contains('\n'), "{message}");
    assert!(
        message.contains(directory.file_name().unwrap().to_str().unwrap()),
        "{message}"
    );
    message
}

#[track_caller]
fn assert_refused(directory: &Path, parts: &[&str]) {
    let message = load_error(directory);
    for part in parts {
        assert!(message.contains(part), "{message:?} lacks {part:?}");
    }
}

fn edit(directory: &Path, file: &str, change: impl FnOnce(&mut Value)) {
    let file = directory.join(file);
    let mut json = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    change(&mut json);
    fs::write(file, json.to_string()).unwrap();
}

/// A tensor's name, shape and values.
type Values = (String, Vec<usize>, Vec<f32>);

/// The shipped tensors.
fn tensors() -> Vec<Values> {
    let bytes = fs::read(shipped().join(WEIGHTS)).unwrap();
    let values = |view: &TensorView<'_>| {
        view.data()
            .chunks(2)
            .map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32())
            .collect()
    };
    let file = SafeTensors::deserialize(&bytes).unwrap();
    file.iter()
        .map(|(name, view)| (name.to_owned(), view.shape().to_vec(), values(&view)))
        .collect()
}

fn write_tensors(file: &Path, kind: Dtype, tensors: &[Values]) {
    let bytes = |value: &f32| match kind {
        Dtype::BF16 => bf16::from_f32(*value).to_le_bytes().to_vec(),
        Dtype::F32 => value.to_le_bytes().to_vec(),
        _ => vec![0; kind.bitsize() / 8],
    };
    let data: Vec<Vec<u8>> = tensors
        .iter()
        .map(|(_, _, values)| values.iter().flat_map(bytes).collect())
        .collect();
    let view = |((name, shape, _), data): (&Values, _)| {
        (
            name.clone(),
            TensorView::new(kind, shape.clone(), data).unwrap(),
        )
    };
    let views = tensors.iter().zip(data.iter().map(Vec::as_slice)).map(view);
    fs::write(file, safetensors::serialize(views, None).unwrap()).unwrap();
}

#[test]
fn the_shipped_directory_loads_to_the_shipped_model() {
    assert_eq!(
        logits(Model::load(&shipped()).unwrap()),
        logits(Model::tiny().unwrap())
    );
}

#[test]
fn single_precision_in_two_files_gives_the_same_logits() {
    let directory = copy("shards");
    fs::remove_file(directory.join(WEIGHTS)).unwrap();
    let tensors = tensors();
    let (first, second) = tensors.split_at(tensors.len() / 2);
    let mut map = serde_json::Map::new();
    for (file, part) in [("a.safetensors", first), ("b.safetensors", second)] {
        write_tensors(&directory.join(file), Dtype::F32, part);
        map.extend(part.iter().map(|(name, ..)| (name.clone(), json!(file))));
    }
    fs::write(
        directory.join(INDEX),
        json!({ "weight_map": map }).to_string(),
    )
    .unwrap();
    assert_eq!(
        logits(Model::load(&directory).unwrap()),
        logits(Model::tiny().unwrap())
    );
}

#[test]
fn bfloat16_gives_approximately_the_same_logits() {
    let directory = copy("bf16");
    write_tensors(&directory.join(WEIGHTS), Dtype::BF16, &tensors());
    let (rough, exact) = (
        logits(Model::load(&directory).unwrap()),
        logits(Model::tiny().unwrap()),
    );
    let distance = |(a, b): (&f32, &f32)| (a - b).abs();
    let most = rough
        .as_slice()
        .iter()
        .zip(exact.as_slice())
        .map(distance)
        .fold(0.0, f32::max);
    assert!(most > 0.0 && most < 1.0, "{most}");
}

#[test]
fn an_untied_head_is_its_own_tensor() {
    let directory = copy("untied");
    edit(&directory, "config.json", |config| {
        config["tie_word_embeddings"] = json!(false)
    });
    assert_refused(
        &directory,
        &["lm_head.weight is missing", WEIGHTS, "one checkpoint"],
    );
    let mut tensors = tensors();
    let (_, shape, mut values) = tensors
        .iter()
        .find(|(name, ..)| name == "model.embed_tokens.weight")
        .unwrap()
        .clone();
    values.iter_mut().for_each(|value| *value *= 2.0);
    tensors.push(("lm_head.weight".to_owned(), shape, values));
    write_tensors(&directory.join(WEIGHTS), Dtype::F32, &tensors);
    let (doubled, tied) = (
        logits(Model::load(&directory).unwrap()),
        logits(Model::tiny().unwrap()),
    );
    let twice: Vec<f32> = tied.as_slice().iter().map(|logit| logit * 2.0).collect();
    assert_eq!(doubled.as_slice(), twice);
}

#[test]
fn missing_files_are_named_with_the_expected_ones() {
    for file in ["config.json", "tokenizer.json", WEIGHTS] {
        let directory = copy(&format!("without-{file}"));
        fs::remove_file(directory.join(file)).unwrap();
        assert_refused(
            &directory,
            &[file, "a checkpoint directory holds config.json"],
        );
    }
    assert_refused(
        Path::new("/nonexistent/llama"),
        &["/nonexistent/llama/config.json"],
    );
}

#[test]
fn configurations_out_of_range_are_refused_by_field_and_value() {
    let cases = [
        ("model_type", json!("gpt2"), "llama or mistral"),
        ("hidden_act", json!("gelu"), "silu"),
        ("hidden_size", json!(0), "from 1 to 65536"),
        ("hidden_size", json!(1_u64 << 40), "from 1 to 65536"),
        ("intermediate_size", json!(u64::MAX), "from 1 to 262144"),
        ("num_hidden_layers", json!(1_000_000), "from 1 to 1024"),
        ("num_attention_heads", json!(0), "from 1 to 1024"),
        ("num_key_value_heads", json!(3), "divisor"),
        ("num_key_value_heads", json!(8), "from 1 to 4"),
        ("head_dim", json!(31), "even"),
        ("vocab_size", json!(1_u64 << 32), "from 1 to 1048576"),
        ("max_position_embeddings", json!(0), "from 1 to"),
        ("rms_norm_eps", json!(-1.0), "above 0"),
        ("rope_theta", json!(0.0), "from 1 to"),
        ("attention_bias", json!(true), "false"),
        ("quantization_config", json!({"bits": 4}), "absent"),
        ("sliding_window", json!(4096), "null"),
    ];
    for (number, (field, value, expected)) in cases.into_iter().enumerate() {
        let directory = copy(&format!("config-{number}"));
        edit(&directory, "config.json", |config| {
            config[field] = value.clone()
        });
        let shown = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let shown = if value.is_object() || field == "sliding_window" {
            "set"
        } else {
            &shown
        };
        let shown = if field == "rope_theta" { "0" } else { shown };
        let shown = if field == "rms_norm_eps" { "-1" } else { shown };
        assert_refused(
            &directory,
            &["config.json", field, shown, expected, "choose another"],
        );
    }
}

#[test]
fn unknown_or_incomplete_rope_scaling_is_refused() {
    for (number, (scaling, field)) in [
        (json!({"rope_type": "yarn", "factor": 4.0}), "rope_type"),
        (json!({"rope_type": "linear"}), "factor"),
        (json!({"type": "linear", "factor": 0.0}), "factor"),
        (
            json!({"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 4.0,
                   "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}),
            "high_freq_factor",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let directory = copy(&format!("rope-{number}"));
        edit(&directory, "config.json", |config| {
            config["rope_scaling"] = scaling
        });
        assert_refused(&directory, &["config.json", field]);
    }
}

#[test]
fn damaged_json_is_refused_with_the_file_name() {
    for file in [
        "config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        INDEX,
    ] {
        for (number, text) in ["", "{", "[1, 2]", "\u{0}", "{\"weight_map\": 3}"]
            .iter()
            .enumerate()
        {
            let directory = copy(&format!("json-{file}-{number}"));
            fs::write(directory.join(file), text).unwrap();
            if file == "tokenizer_config.json" && number == 4 {
                assert!(
                    Model::load(&directory).is_ok(),
                    "every field there is optional"
                );
            } else {
                assert_refused(&directory, &[file, "not valid", "download the file again"]);
            }
        }
    }
}

#[test]
fn a_configuration_without_a_field_names_the_field() {
    let directory = copy("no-vocabulary");
    edit(&directory, "config.json", |config| {
        config.as_object_mut().unwrap().remove("vocab_size");
    });
    assert_refused(&directory, &["config.json", "missing field `vocab_size`"]);
}

#[test]
fn damaged_weights_are_refused() {
    let whole = fs::read(shipped().join(WEIGHTS)).unwrap();
    let mut long_header = whole.clone();
    long_header[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    let mut bad_header = whole.clone();
    bad_header[8] = b'#';
    let cases = [
        Vec::new(),
        whole[..7].to_vec(),
        whole[..100].to_vec(),
        whole[..whole.len() - 1].to_vec(),
        [&whole[..], b"\0"].concat(),
        long_header,
        bad_header,
    ];
    for (number, bytes) in cases.into_iter().enumerate() {
        let directory = copy(&format!("weights-{number}"));
        fs::write(directory.join(WEIGHTS), bytes).unwrap();
        assert_refused(&directory, &[WEIGHTS, "not a valid safetensors file"]);
    }
}

#[test]
fn tensors_that_do_not_fit_the_configuration_are_refused() {
    let directory = copy("shape");
    edit(&directory, "config.json", |config| {
        config["intermediate_size"] = json!(351)
    });
    let found = [
        "model.layers.0.mlp.gate_proj.weight",
        "[352, 128]",
        "[351, 128]",
    ];
    assert_refused(&directory, &found);

    let directory = copy("deeper");
    edit(&directory, "config.json", |config| {
        config["num_hidden_layers"] = json!(5)
    });
    assert_refused(
        &directory,
        &["model.layers.4.input_layernorm.weight is missing"],
    );

    let directory = copy("integers");
    write_tensors(&directory.join(WEIGHTS), Dtype::I64, &tensors());
    assert_refused(&directory, &["I64", "F32, F16 and BF16", "convert"]);
}

#[test]
fn an_index_may_not_leave_its_directory() {
    for (number, name) in ["../a", "/etc/passwd", "a/b", "..", "", "."]
        .iter()
        .enumerate()
    {
        let directory = copy(&format!("index-{number}"));
        let index = json!({ "weight_map": { "lm_head.weight": name } });
        fs::write(directory.join(INDEX), index.to_string()).unwrap();
        assert_refused(
            &directory,
            &[INDEX, &format!("{name:?}"), "beside the index"],
        );
    }
    let directory = copy("index-missing");
    let index = json!({ "weight_map": { "lm_head.weight": "gone.safetensors" } });
    fs::write(directory.join(INDEX), index.to_string()).unwrap();
    assert_refused(&directory, &["gone.safetensors"]);
}

#[test]
fn long_contexts_are_cut_to_the_limit_of_the_engine() {
    let directory = copy("long");
    edit(&directory, "config.json", |config| {
        config["max_position_embeddings"] = json!(131_072)
    });
    let model = Arc::new(Model::load(&directory).unwrap());
    assert_eq!(model.context(), 32_768);
    assert!(model.start(&[65], 32_769).is_err());
}
