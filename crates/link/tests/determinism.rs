//! The result depends on what is linked, not on how it was cut and ordered;
//! and an image in memory is the image in a file, at other addresses.

mod assembly;

use std::collections::BTreeMap;

use assembly::{Assembler, Code};
use object::{Object, ObjectSegment, ObjectSymbol};
use proptest::prelude::*;
use simple_link::{DebugInfo, Input, Options, SourceFile};
use simple_object::positions::{Position, PositionKind};
use simple_object::{CodeObject, Definition, Kind, Linkage, Phase, RelocationKind};
use simple_source::Interner;

/// A definition to make: kind, size, references (kind, target, place), phase.
#[derive(Clone, Debug)]
struct Recipe {
    kind: u8,
    size: usize,
    references: Vec<(u8, u8, u16)>,
    phase: u8,
    once: bool,
    order: u64,
}

const COUNT: usize = 24;

fn recipes() -> impl Strategy<Value = Vec<Recipe>> {
    let references = prop::collection::vec((0u8..4, any::<u8>(), any::<u16>()), 0..6);
    let one = (0u8..4, 0usize..300, references, 0u8..4, any::<bool>(), 0u64..4).prop_map(
        |(kind, size, references, phase, once, order)| Recipe {
            kind,
            size,
            references,
            phase,
            once,
            order,
        },
    );
    prop::collection::vec(one, COUNT)
}

/// One object per definition.
fn build(recipes: &[Recipe], interner: &Interner) -> Vec<CodeObject> {
    let name = |number: usize| if number == 0 { "_start".to_owned() } else { format!("d{number}") };
    let one = |(number, recipe): (usize, &Recipe)| {
        let mut assembler = Assembler::new(interner);
        let name_ = name(number);
        let kind = if number == 0 { 0 } else { recipe.kind };
        let fill: Vec<u8> = (0..recipe.size).map(|i| (i * 7 + number) as u8).collect();
        let mut code = Code::new();
        let mut rest = fill.as_slice();
        // The first one refers to many, so that much is reached.
        let all: Vec<_> = (1..COUNT).step_by(3).map(|target| (1, target as u8, 5)).collect();
        let references = if number == 0 { &all } else { &recipe.references };
        for (reference, target, distance) in references {
            let (before, after) = rest.split_at(usize::from(*distance) % (rest.len() + 1));
            rest = after;
            let reference = [
                RelocationKind::Absolute64,
                RelocationKind::Relative32,
                RelocationKind::Absolute32Signed,
                RelocationKind::GotRelative32,
            ][usize::from(*reference)];
            let target = match usize::from(*target) % (COUNT + 1) {
                COUNT => "simple_image".to_owned(),
                number => name(number),
            };
            code = code.bytes(before).reference(reference, &target, 4);
        }
        code = code.bytes(rest);
        let positions = [
            (0, PositionKind::Line, (number % 3) as u32, 10),
            (3, PositionKind::Call, (recipe.size % 3) as u32, 500),
            (7, PositionKind::Trap(17), 0, 3),
        ]
        .map(|(offset, kind, file, line)| Position { offset, kind, file, line, column: 1 });
        let definition: &mut Definition = match kind {
            0 => {
                assembler.function_at(&name_, number as u32 + 1, code, &positions);
                &mut assembler.object.definitions[0]
            }
            1 => assembler.define(&name_, Kind::ReadOnly, code),
            2 => assembler.define(&name_, Kind::Data, code),
            _ => assembler.zeroed(&name_, recipe.size as u32 * 20),
        };
        definition.phase = [Phase::Startup, Phase::FirstFrame, Phase::Steady, Phase::Cold]
            [usize::from(recipe.phase)];
        definition.linkage = if recipe.once { Linkage::Once } else { Linkage::Global };
        // Often equal: then the name decides.
        definition.order = recipe.order;
        assembler.object
    };
    recipes.iter().enumerate().map(one).collect()
}

/// Puts the definitions of several objects into one.
fn merge<'o>(objects: impl IntoIterator<Item = &'o CodeObject>) -> CodeObject {
    let mut all = CodeObject::default();
    for object in objects {
        let moved = |range: &std::ops::Range<u32>, by: usize| {
            range.start + by as u32..range.end + by as u32
        };
        for definition in &object.definitions {
            let mut definition = definition.clone();
            definition.relocations = moved(&definition.relocations, all.relocations.len());
            definition.positions = moved(&definition.positions, all.positions.len());
            definition.offset += match definition.kind {
                Kind::Function => all.text.len(),
                Kind::ReadOnly => all.rodata.len(),
                Kind::Data => all.data.len(),
                Kind::Zeroed => 0,
            } as u32;
            all.definitions.push(definition);
        }
        all.text.extend_from_slice(&object.text);
        all.rodata.extend_from_slice(&object.rodata);
        all.data.extend_from_slice(&object.data);
        all.relocations.extend_from_slice(&object.relocations);
        all.positions.extend_from_slice(&object.positions);
    }
    all
}

const OPTIONS: Options<'static> = Options {
    entry: "_start",
    strip: false,
    plan: None,
    remarks: &[],
    sample: false,
    debug: Some(DebugInfo { directory: "/src", producer: "test" }),
    files: &[
        SourceFile { name: "a.spl", library: false },
        SourceFile { name: "lib/b.spl", library: true },
        SourceFile { name: "c.spl", library: false },
    ],
};

fn link(objects: &[CodeObject], interner: &Interner) -> Vec<u8> {
    let objects: Vec<_> = objects.iter().map(CodeObject::view).collect();
    let input = Input { objects: &objects, runtime: None, interner };
    simple_link::link(&input, &OPTIONS).expect("it links")
}

/// A definition's reference, read back from memory: what it leads to.
fn follow(bytes: &[u8], place: u64, kind: RelocationKind, addend: i64) -> u64 {
    let four = || i64::from(i32::from_le_bytes(bytes[..4].try_into().expect("four bytes")));
    let value = match kind {
        RelocationKind::Absolute64 => {
            i64::from_le_bytes(bytes[..8].try_into().expect("eight bytes"))
        }
        RelocationKind::Relative32 => four() + place as i64,
        RelocationKind::Absolute32Signed => four(),
        other => panic!("{other:?} is not followed"),
    };
    (value - addend) as u64
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn order_and_cut_of_the_input_mean_nothing(
        recipes in recipes(),
        shuffle in Just((0..COUNT).collect::<Vec<_>>()).prop_shuffle(),
        cut in 1..COUNT,
    ) {
        let interner = Interner::new();
        let objects = build(&recipes, &interner);
        let expected = link(&objects, &interner);

        // Another session, other numbers for all symbols, other objects.
        let other = Interner::new();
        (0..COUNT).rev().for_each(|number| { other.intern(&format!("d{number}")); });
        let same = build(&recipes, &other);
        let shuffled: Vec<&CodeObject> = shuffle.iter().map(|i| &same[*i]).collect();
        let mut merged: Vec<_> =
            shuffled.chunks(cut).map(|chunk| merge(chunk.iter().copied())).collect();
        // What is interchangeable may come any number of times.
        let once: Vec<_> = same.iter().filter(|o| o.definitions[0].linkage == Linkage::Once).collect();
        merged.push(merge(once));
        prop_assert!(link(&merged, &other) == expected, "bytes differ");

        // And so may one thread do it all.
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        prop_assert!(one.install(|| link(&objects, &interner)) == expected, "bytes differ");
    }

    #[test]
    fn file_and_memory_agree(recipes in recipes()) {
        let interner = Interner::new();
        let objects = build(&recipes, &interner);
        let bytes = link(&objects, &interner);
        let elf = object::File::parse(&*bytes).expect("it is ELF");
        let in_file: BTreeMap<&str, u64> =
            elf.symbols().filter_map(|s| Some((s.name().ok()?, s.address()))).collect();
        let segments: Vec<(u64, &[u8])> = elf
            .segments()
            .map(|s| (s.address(), s.data().expect("segments have bytes")))
            .collect();
        let file_bytes = |address: u64, size: usize| -> Vec<u8> {
            let (start, data) = segments
                .iter()
                .rfind(|(start, data)| (*start..=*start + data.len() as u64).contains(&address))
                .expect("every definition with bytes lies in a segment");
            data[(address - start) as usize..][..size].to_vec()
        };

        let views: Vec<_> = objects.iter().map(CodeObject::view).collect();
        let input = Input { objects: &views, runtime: None, interner: &interner };
        let loaded = simple_link::load(&input, &OPTIONS).expect("it loads");
        let memory_bytes = |address: u64, size: usize| -> Vec<u8> {
            // SAFETY: the definition at that address has that size.
            unsafe { std::slice::from_raw_parts(address as *const u8, size) }.to_vec()
        };
        let in_memory =
            |name: &str| loaded.address(interner.intern(name)).map(|p| p.as_ptr() as u64);

        for object in &objects {
            let definition = &object.definitions[0];
            let name = interner.resolve(definition.name);
            let addresses = (in_file.get(name).copied(), in_memory(name));
            let (Some(file), Some(memory)) = addresses else {
                prop_assert_eq!(addresses, (None, None), "{}", name);
                continue;
            };
            let align = 1 << definition.align_log2;
            prop_assert_eq!((file % align, memory % align), (0, 0));
            let size = definition.size as usize;
            if definition.kind == Kind::Zeroed {
                prop_assert!(memory_bytes(memory, size).iter().all(|byte| *byte == 0));
                continue;
            }
            let (mut a, mut b) = (file_bytes(file, size), memory_bytes(memory, size));
            for r in object.relocations_of(definition) {
                let at = r.offset as usize;
                let width = r.kind.width();
                if r.kind == RelocationKind::GotRelative32 {
                    // The distance to the slot may differ: segments lie closer in a file.
                } else if interner.resolve(r.target) != "simple_image" {
                    let target = interner.resolve(r.target);
                    prop_assert_eq!(
                        follow(&a[at..], file + at as u64, r.kind, r.addend), in_file[target]
                    );
                    prop_assert_eq!(
                        Some(follow(&b[at..], memory + at as u64, r.kind, r.addend)),
                        in_memory(target)
                    );
                }
                a[at..at + width].fill(0);
                b[at..at + width].fill(0);
            }
            prop_assert_eq!(a, b, "{}", name);
        }
    }
}
