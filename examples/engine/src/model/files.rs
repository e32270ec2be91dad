//! The files of a checkpoint: in a directory, or inside this program.

use std::{
    borrow::Cow,
    fs, io,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;

use super::ModelError;

/// The source of a checkpoint's files.
#[derive(Clone, Copy)]
pub(crate) enum Files<'a> {
    Directory(&'a Path),
    Embedded {
        name: &'static str,
        files: &'static [(&'static str, &'static [u8])],
    },
}

impl Files<'_> {
    pub(crate) fn read(&self, name: &str) -> Result<Cow<'static, [u8]>, ModelError> {
        self.find(name)
            .transpose()
            .unwrap_or_else(|| Err(io::Error::from(io::ErrorKind::NotFound)))
            .map_err(|source| ModelError::Read {
                file: self.path(name),
                source,
            })
    }

    /// Reads a file that is optional.
    pub(crate) fn read_optional(
        &self,
        name: &str,
    ) -> Result<Option<Cow<'static, [u8]>>, ModelError> {
        self.find(name).map_err(|source| ModelError::Read {
            file: self.path(name),
            source,
        })
    }

    pub(crate) fn json_optional<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<Option<T>, ModelError> {
        let parse = |bytes: Cow<'static, [u8]>| serde_json::from_slice(&bytes);
        let parsed = self.read_optional(name)?.map(parse).transpose();
        parsed.map_err(|source| ModelError::Json {
            file: self.path(name),
            source,
        })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        match self {
            Self::Directory(directory) => directory.join(name),
            Self::Embedded { name: model, .. } => Path::new(model).join(name),
        }
    }

    fn find(&self, name: &str) -> io::Result<Option<Cow<'static, [u8]>>> {
        match self {
            Self::Directory(directory) => match fs::read(directory.join(name)) {
                Ok(bytes) => Ok(Some(bytes.into())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            },
            Self::Embedded { files, .. } => {
                let found = files.iter().find(|(known, _)| *known == name);
                Ok(found.map(|(_, bytes)| (*bytes).into()))
            }
        }
    }
}

macro_rules! embedded {
    ($($file:literal)*) => {
        &[$(($file, include_bytes!(concat!("../../models/tiny/", $file)))),*]
    };
}

/// The shipped model, from `examples/engine/models/tiny`.
pub(crate) const TINY: Files<'static> = Files::Embedded {
    name: "tiny",
    files: embedded!(
        "config.json" "model.safetensors" "tokenizer.json" "tokenizer_config.json"
    ),
};
