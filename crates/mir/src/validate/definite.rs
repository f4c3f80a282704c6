//! Every local is set before it is used, on every way.

use simple_source::Idx;

use super::Checker;
use crate::analysis::{Cfg, Event, Liveness, for_each_event};
use crate::{BlockId, LocalId};

impl Checker<'_> {
    pub(super) fn definite(&mut self) {
        let function = self.function;
        let cfg = Cfg::new(&function.blocks);
        let liveness = Liveness::of_all(function, &cfg);
        let params = function.params.len();
        let unset: Vec<LocalId> =
            liveness.live_in(BlockId(0)).filter(|local| local.index() >= params).collect();
        for local in unset {
            // Some way from the entry leads to this use.
            let user =
                cfg.order().iter().copied().find(|block| {
                    liveness.is_live_in(*block, local) && self.uses_first(*block, local)
                });
            self.place = user.map(|block| (block, 0));
            self.error(format!("_{} may be used in this block before it is set", local.0));
        }
        self.place = None;
    }

    fn uses_first(&self, block: BlockId, wanted: LocalId) -> bool {
        let mut first = None;
        for_each_event(self.function, block, &mut |local, event| {
            if local == wanted && first.is_none() {
                first = Some(event);
            }
        });
        first == Some(Event::Use)
    }
}
