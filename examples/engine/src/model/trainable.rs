//! A model whose weights an optimiser changes.

use candle_core::{Result as Tensors, Tensor, Var};

use super::{ModelError, config::Config, llama::Llama, source::Seeded};

/// Fresh weights of the shipped model's shape, with gradients.
#[derive(Debug)]
pub struct Trainable {
    llama: Llama,
    variables: Vec<Var>,
    context: usize,
}

impl Trainable {
    /// Seeded weights: the same seed gives the same bits on every machine.
    ///
    /// # Errors
    /// When memory cannot hold them as tensors.
    pub fn new(seed: u64) -> Result<Self, ModelError> {
        let config = Config::tiny();
        let mut llama = Llama::read(&config, &mut Seeded::new(seed))?;
        let variables = make_variable(&mut llama)?;
        Ok(Self {
            llama,
            variables,
            context: config.context,
        })
    }

    /// Every weight, in a fixed order.
    #[must_use]
    pub fn variables(&self) -> &[Var] {
        &self.variables
    }

    /// Tokens of the longest sequence.
    #[must_use]
    pub const fn context(&self) -> usize {
        self.context
    }

    /// Logits after every token of a batch × position matrix of ids, with gradients:
    /// (batch · position) × vocabulary.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn logits(&self, ids: &Tensor) -> Tensors<Tensor> {
        self.llama.teach(ids)
    }

    /// Every weight under its checkpoint name.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn named(&self) -> Tensors<Vec<(String, Tensor)>> {
        self.llama.named()
    }
}

/// Puts a variable in the place of every weight, which candle then differentiates by.
fn make_variable(llama: &mut Llama) -> Tensors<Vec<Var>> {
    let place = |tensor: &mut Tensor| {
        let variable = Var::from_tensor(tensor)?;
        *tensor = variable.as_tensor().clone();
        Ok(variable)
    };
    llama.tensors_mut().map(place).collect()
}
