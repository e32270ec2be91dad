//! The model that ships in this repository, inside the program.

use super::files::Files;

macro_rules! embedded {
    ($($file:literal)*) => {
        &[$(($file, include_bytes!(concat!("../../models/tiny/", $file)))),*]
    };
}

/// `examples/engine/models/tiny`.
pub(crate) const TINY: Files<'static> = Files::Embedded {
    name: "tiny",
    files: embedded!(
        "config.json" "model.safetensors" "tokenizer.json" "tokenizer_config.json"
    ),
};
