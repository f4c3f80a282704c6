//! Destroyers that can come back to themselves.

use simple_source::interner::FxHashMap;

use super::{Glue, Item, Request};
use crate::{FuncId, SignatureId};

/// The destroyers in `glue` that may run again before they are done.
pub(super) fn recursive(
    glue: &FxHashMap<Item, Glue>,
    closures: &[(FuncId, SignatureId)],
) -> Vec<Item> {
    let mut graph = Graph::default();
    for (item, made) in glue {
        let from = graph.node(Request::Item(*item));
        for request in &made.requests {
            let to = graph.node(*request);
            graph.edges[from].push(to);
        }
        if let Item::DropVtable(_) = item {
            let from_any = graph.node(Request::Dyn);
            graph.edges[from_any].push(from);
        }
    }
    for (code, signature) in closures {
        let item = Item::DropClosure(*code);
        if glue.contains_key(&item) {
            let from = graph.node(Request::Closure(*signature));
            let to = graph.node(Request::Item(item));
            graph.edges[from].push(to);
        }
    }
    let components = graph.components();
    let mut sizes = vec![0u32; graph.nodes.len()];
    for component in &components {
        sizes[*component] += 1;
    }
    graph
        .nodes
        .iter()
        .enumerate()
        .filter_map(|(node, request)| match request {
            Request::Item(
                item @ (Item::Destroy(_) | Item::DropClosure(_) | Item::DropVtable(_)),
            ) if sizes[components[node]] > 1 || graph.edges[node].contains(&node) => Some(*item),
            _ => None,
        })
        .collect()
}

#[derive(Default)]
struct Graph {
    nodes: Vec<Request>,
    numbers: FxHashMap<Request, usize>,
    edges: Vec<Vec<usize>>,
}

impl Graph {
    fn node(&mut self, request: Request) -> usize {
        *self.numbers.entry(request).or_insert_with(|| {
            self.nodes.push(request);
            self.edges.push(Vec::new());
            self.nodes.len() - 1
        })
    }

    /// The strongly connected component of each node (Tarjan, with a stack of
    /// its own).
    fn components(&self) -> Vec<usize> {
        const UNSEEN: usize = usize::MAX;
        let count = self.nodes.len();
        let mut order = vec![UNSEEN; count];
        let mut low = vec![0; count];
        let mut component = vec![UNSEEN; count];
        let mut open = Vec::new();
        let mut next = 0;
        let mut components = 0;
        for root in 0..count {
            if order[root] != UNSEEN {
                continue;
            }
            let mut path = vec![(root, 0)];
            while let Some((node, edge)) = path.last_mut() {
                let node = *node;
                if *edge == 0 {
                    order[node] = next;
                    low[node] = next;
                    next += 1;
                    open.push(node);
                }
                if let Some(&target) = self.edges[node].get(*edge) {
                    *edge += 1;
                    if order[target] == UNSEEN {
                        path.push((target, 0));
                    } else if component[target] == UNSEEN {
                        low[node] = low[node].min(order[target]);
                    }
                    continue;
                }
                path.pop();
                if let Some((parent, _)) = path.last() {
                    low[*parent] = low[*parent].min(low[node]);
                }
                if low[node] == order[node] {
                    while let Some(member) = open.pop() {
                        component[member] = components;
                        if member == node {
                            break;
                        }
                    }
                    components += 1;
                }
            }
        }
        component
    }
}
