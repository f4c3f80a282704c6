//! `simple layout order`: plans for other linkers.

use std::path::Path;
use std::process::ExitCode;

use simple_layout::{Format, order_file};

use super::plan;
use crate::args::layout::Order;
use crate::{files, report};

pub(super) fn order(order: &Order) -> Result<ExitCode, ExitCode> {
    let format: Format = order.format.parse().map_err(|error| {
        let error: simple_layout::plan::UnknownFormat = error;
        report::fail(&error.to_string())
    })?;
    let plan = plan::read(&order.plan)?;
    let output = order.output.as_deref().unwrap_or(Path::new("-"));
    files::write(output, order_file(&plan, format).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
