//! Programs that can note where they spend their time: the runtime's sampler is
//! linked, in front of the program's `main` and in place of its marks.

use simple_object::ObjectView;
use simple_source::Interner;

use crate::interpose::Interposed;

/// What the sampler takes the place of, and its functions.
const INSTEAD: [(&str, &str); 2] = [("simple_main", NEEDED[0]), ("rt_layout_mark", NEEDED[1])];
/// What it needs of the runtime.
pub(crate) const NEEDED: [&str; 2] = ["rt_sample_main", "rt_sample_mark"];

/// Puts the sampler into a program's objects, the runtime's among them.
pub(crate) fn interpose(objects: &[ObjectView<'_>], interner: &Interner) -> Interposed {
    let instead = INSTEAD.map(|(name, other)| (interner.intern(name), interner.intern(other)));
    let own = NEEDED.map(|name| interner.intern(name));
    Interposed::new(objects, &instead.into_iter().collect(), &own)
}
