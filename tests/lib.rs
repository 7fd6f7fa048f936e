//! Holds no code: the tests of the product as a whole lie in `product/`.
#![forbid(unsafe_code)]
