//! Records programs that are built for it, by the compiler that built this test.

mod build;
mod ends;
mod entries;
mod measuring;
mod names;
mod processes;
mod signals;
mod touches;
