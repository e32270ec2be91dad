//! The annotated item: a function, or a block with functions.

pub(crate) mod attribute;
pub(crate) mod attribute_order;
pub(crate) mod block;
pub(crate) mod block_items;
pub(crate) mod function;
pub(crate) mod own_attribute;
