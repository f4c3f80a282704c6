//! Placeholder for the ownership check.
use super::Checker;
pub(super) fn check(_checker: &mut Checker<'_>) {}
