//! The tensors of a checkpoint: one safetensors file, or several behind an index.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    path::{Component, Path, PathBuf},
};

use candle_core::{DType, Device, Tensor};
use safetensors::{
    Dtype, SafeTensors,
    tensor::{Metadata, TensorInfo},
};
use serde::Deserialize;

use super::{ModelError, files::Files, source::WeightSource};

/// Weights in their file format; tensors are converted to `f32` when they are read.
pub(crate) struct Checkpoint {
    shards: Vec<Shard>,
    /// File that an error about a missing tensor names.
    origin: PathBuf,
}

impl Checkpoint {
    pub(crate) fn open(files: Files<'_>) -> Result<Self, ModelError> {
        let Some(index) = files.json_optional::<Index>(INDEX)? else {
            let shards = vec![Shard::open(files, SINGLE)?];
            return Ok(Self {
                shards,
                origin: files.path(SINGLE),
            });
        };
        let names: BTreeSet<String> = index.weight_map.into_values().collect();
        let open = |name: &String| {
            check_shard_name(name, &files.path(INDEX))?;
            Shard::open(files, name)
        };
        let shards = names.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self {
            shards,
            origin: files.path(INDEX),
        })
    }
}

impl WeightSource for Checkpoint {
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, ModelError> {
        let found = self
            .shards
            .iter()
            .find_map(|shard| Some((shard, shard.metadata.info(name)?)));
        let (shard, info) = found.ok_or_else(|| ModelError::MissingTensor {
            file: self.origin.clone(),
            name: name.to_owned(),
        })?;
        if info.shape != shape {
            return Err(ModelError::Shape {
                file: shard.file.clone(),
                name: name.to_owned(),
                found: info.shape.clone(),
                expected: shape.to_vec(),
            });
        }
        shard.tensor(name, info)
    }
}

struct Shard {
    file: PathBuf,
    bytes: Cow<'static, [u8]>,
    metadata: Metadata,
    /// Offset of the tensors, after the header and its eight bytes of length.
    start: usize,
}

impl Shard {
    fn open(files: Files<'_>, name: &str) -> Result<Self, ModelError> {
        let (file, bytes) = (files.path(name), files.read(name)?);
        match SafeTensors::read_metadata(&bytes) {
            Ok((header, metadata)) => Ok(Self {
                file,
                start: header + 8,
                metadata,
                bytes,
            }),
            Err(source) => Err(ModelError::Safetensors { file, source }),
        }
    }

    fn tensor(&self, name: &str, info: &TensorInfo) -> Result<Tensor, ModelError> {
        let kind = match info.dtype {
            Dtype::F32 => DType::F32,
            Dtype::F16 => DType::F16,
            Dtype::BF16 => DType::BF16,
            other => {
                return Err(ModelError::ElementType {
                    file: self.file.clone(),
                    name: name.to_owned(),
                    found: format!("{other:?}"),
                });
            }
        };
        let (from, to) = info.data_offsets;
        let raw = &self.bytes[self.start + from..self.start + to];
        Ok(Tensor::from_raw_buffer(raw, kind, &info.shape, &Device::Cpu)?.to_dtype(DType::F32)?)
    }
}

/// `model.safetensors.index.json`.
#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// A name from a downloaded file must not leave its directory.
fn check_shard_name(name: &str, index: &Path) -> Result<(), ModelError> {
    let mut parts = Path::new(name).components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(_)), None) => Ok(()),
        _ => Err(ModelError::ShardName {
            file: index.to_owned(),
            name: name.to_owned(),
        }),
    }
}

const SINGLE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";
