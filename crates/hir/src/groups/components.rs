//! Strongly connected components.

/// The components of a graph, each after all that it has edges to (Tarjan's
/// algorithm, without recursion), and for each node the number of its
/// component.
pub(crate) fn components(edges: &[Vec<u32>]) -> (Vec<Vec<u32>>, Vec<u32>) {
    const UNSEEN: u32 = u32::MAX;
    let count = edges.len();
    let mut index = vec![UNSEEN; count];
    let mut low = vec![0u32; count];
    let mut on_stack = vec![false; count];
    let mut component = vec![UNSEEN; count];
    let mut stack: Vec<u32> = Vec::new();
    let mut found: Vec<Vec<u32>> = Vec::new();
    let mut next = 0u32;
    // The nodes that are being visited, each with the edge to follow next.
    let mut path: Vec<(u32, usize)> = Vec::new();
    for start in 0..count as u32 {
        if index[start as usize] != UNSEEN {
            continue;
        }
        path.push((start, 0));
        while let Some((node, edge)) = path.last_mut() {
            let at = *node as usize;
            if *edge == 0 {
                index[at] = next;
                low[at] = next;
                next += 1;
                stack.push(at as u32);
                on_stack[at] = true;
            }
            if let Some(&to) = edges[at].get(*edge) {
                *edge += 1;
                if index[to as usize] == UNSEEN {
                    path.push((to, 0));
                } else if on_stack[to as usize] {
                    low[at] = low[at].min(index[to as usize]);
                }
                continue;
            }
            path.pop();
            if let Some((parent, _)) = path.last() {
                let parent = *parent as usize;
                low[parent] = low[parent].min(low[at]);
            }
            if low[at] == index[at] {
                let mut members = Vec::new();
                while let Some(member) = stack.pop() {
                    on_stack[member as usize] = false;
                    component[member as usize] = found.len() as u32;
                    members.push(member);
                    if member as usize == at {
                        break;
                    }
                }
                members.sort_unstable();
                found.push(members);
            }
        }
    }
    (found, component)
}

#[cfg(test)]
mod tests {
    use super::components;

    #[test]
    fn callees_come_first_and_circles_stay_together() {
        // 0 -> 1 -> 2 -> 1, 3 alone, 4 -> 0
        let edges = vec![vec![1], vec![2], vec![1], vec![], vec![0]];
        let (found, component) = components(&edges);
        assert_eq!(found, [vec![1, 2], vec![0], vec![3], vec![4]]);
        assert_eq!(component, [1, 0, 0, 2, 3]);
    }

    #[test]
    fn a_long_chain_does_not_recurse() {
        let edges: Vec<Vec<u32>> =
            (0..200_000).map(|node| if node < 199_999 { vec![node + 1] } else { vec![] }).collect();
        assert_eq!(components(&edges).0.len(), 200_000);
    }

    #[test]
    fn a_node_with_an_edge_to_itself() {
        assert_eq!(components(&[vec![0, 0]]).0, [vec![0]]);
    }
}
