//! `simple layout show`: the pages of a program.

use std::path::Path;
use std::process::ExitCode;

use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, SymbolKind};
use simple_layout::Profile;
use simple_layout::map::{MapReference, MapSection, MapSymbol, PageMap, html, svg, terminal};

use super::{profile, wrong};
use crate::args::layout::Show;
use crate::{files, report};

pub(super) fn show(show: &Show) -> Result<ExitCode, ExitCode> {
    let profile = show.profile.as_deref().map(profile::read).transpose()?;
    let map = page_map(&show.program, profile.as_ref())?;
    let before = show.before.as_deref().map(|path| page_map(path, profile.as_ref())).transpose()?;
    let (first, after) = match &before {
        Some(before) => (before, Some(&map)),
        None => (&map, None),
    };
    if let Some(path) = &show.svg {
        files::write(path, svg::draw(first, after).as_bytes())?;
    }
    if let Some(path) = &show.html {
        files::write(path, html::draw(first, after).as_bytes())?;
    }
    if show.svg.is_none() && show.html.is_none() {
        let mut text = String::new();
        if let Some(before) = &before {
            text.push_str(&format!(
                "before: {}\n{}\nafter: ",
                before.program,
                terminal::draw(before)
            ));
            text.push_str(&format!("{}\n", map.program));
        }
        text.push_str(&terminal::draw(&map));
        report::print(text.as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn page_map(path: &Path, profile: Option<&Profile>) -> Result<PageMap, ExitCode> {
    let bytes = files::read(path)?;
    let functions = simple_record::functions(&bytes).map_err(|error| wrong(path, &error))?;
    let file = object::File::parse(&*bytes).map_err(|error| wrong(path, &error))?;
    let mut sections = Vec::new();
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags, .. } = section.flags() else { continue };
        let has = |flag: object::elf::SectionFlags| sh_flags.0 & flag.0 != 0;
        // Zeroed data have no page in the file, but they have one in memory.
        if has(object::elf::SHF_ALLOC) && section.address() > 0 {
            sections.push(MapSection {
                name: section.name().unwrap_or("?").to_owned(),
                address: section.address(),
                size: section.size(),
                code: has(object::elf::SHF_EXECINSTR),
            });
        }
    }
    let mut symbols: Vec<MapSymbol> = functions
        .list
        .iter()
        .map(|function| MapSymbol {
            name: function.name.clone(),
            address: function.address,
            size: function.size,
        })
        .collect();
    let data = file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Data);
    symbols.extend(data.map(|symbol| MapSymbol {
        name: symbol.name().unwrap_or("?").to_owned(),
        address: symbol.address(),
        size: symbol.size(),
    }));
    let program = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let mut references = None;
    if profile.is_some() {
        let found = simple_record::references(&bytes, &functions);
        let found = found.map_err(|error| wrong(path, &error))?.into_iter();
        let address = |function| functions[function].address;
        references = Some(Vec::from_iter(
            found.map(|r| MapReference { from: address(r.function), to: r.address }),
        ));
    }
    Ok(PageMap::new(&program, sections, symbols, profile, references.as_deref()))
}
