//! Weights to a safetensors file.

use candle_core::{DType, Tensor};
use safetensors::{Dtype, SafeTensorError, tensor::TensorView};
use wf_engine::model::ModelError;

pub(super) fn half_precision(named: &[(String, Tensor)]) -> Result<Vec<u8>, ModelError> {
    let bytes = named
        .iter()
        .map(|(_, tensor)| f16_bytes(tensor))
        .collect::<Result<Vec<_>, _>>()?;
    let view = |((name, tensor), bytes): (&(String, Tensor), _)| {
        Ok((
            name.clone(),
            TensorView::new(Dtype::F16, tensor.dims().to_vec(), bytes)?,
        ))
    };
    named
        .iter()
        .zip(bytes.iter().map(Vec::as_slice))
        .map(view)
        .collect::<Result<Vec<_>, SafeTensorError>>()
        .and_then(|views| safetensors::serialize(views, None))
        .map_err(|source| ModelError::Safetensors {
            file: "model.safetensors".into(),
            source,
        })
}

fn f16_bytes(tensor: &Tensor) -> candle_core::Result<Vec<u8>> {
    let halves: Vec<half::f16> = tensor.to_dtype(DType::F16)?.flatten_all()?.to_vec1()?;
    Ok(halves
        .into_iter()
        .flat_map(half::f16::to_le_bytes)
        .collect())
}
