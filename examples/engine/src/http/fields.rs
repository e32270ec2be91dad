//! The fields of a request's JSON object, removed one by one so that an invalid one can be named.

use serde_json::{Map, Value};

use super::error::ApiError;
use super::unsupported;

/// Fields that are not read yet.
#[derive(Debug)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        serde_json::from_slice(body)
            .map(Self)
            .map_err(|error| ApiError::malformed(format!("the body is not a JSON object: {error}")))
    }

    /// Removes the field; `None` if it is missing or null.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    pub(super) fn require(&mut self, name: &'static str) -> Result<Value, ApiError> {
        self.take(name).ok_or_else(|| ApiError::missing(name, name))
    }

    pub(super) fn flag(&mut self, name: &'static str) -> Result<Option<bool>, ApiError> {
        self.read(name, "true or false", Value::as_bool)
    }

    pub(super) fn number(&mut self, name: &'static str) -> Result<Option<f32>, ApiError> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the sampler computes in f32"
        )]
        let number = |value: &Value| value.as_f64().map(|number| number as f32);
        self.read(name, "a number", number)
    }

    /// An integer of at least `least`.
    pub(super) fn count(
        &mut self,
        name: &'static str,
        least: usize,
    ) -> Result<Option<usize>, ApiError> {
        let count = |value: &Value| {
            let count = usize::try_from(integer(value)?).ok();
            count.filter(|&count| count >= least)
        };
        self.read(name, &format!("an integer of at least {least}"), count)
    }

    pub(super) fn seed(&mut self) -> Result<Option<u64>, ApiError> {
        let seed = |value: &Value| integer(value).map(i64::cast_unsigned);
        self.read("seed", "an integer of 64 bits", seed)
    }

    /// Refuses remaining fields that would change the output.
    ///
    /// # Errors
    /// The first such field.
    pub(super) fn finish(self) -> Result<(), ApiError> {
        match self
            .0
            .iter()
            .find(|(name, value)| unsupported::changes_the_output(name, value))
        {
            Some((name, _)) => Err(ApiError::unsupported(name.clone(), name)),
            None => Ok(()),
        }
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        let refused = || ApiError::unexpected(name, name, expected, &value);
        read(&value).map(Some).ok_or_else(refused)
    }
}

/// An integer, also if written with a decimal point: in JSON, 1.0 and 1 are the same number.
pub(super) fn integer(value: &Value) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked before"
    )]
    let exact =
        |number: f64| (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64);
    value.as_i64().or_else(|| exact(value.as_f64()?))
}

/// 2⁵³: above it, a float cannot represent every integer.
const EXACT: f64 = 9_007_199_254_740_992.0;
