//! What a component's functions would cost the compiler beyond their length.
//!
//! A compiler gives each variable a value at each place where paths meet, and finds a register for it on each way
//! through each loop: a function of two kilobytes that is made for it took twelve seconds on a busy machine, one
//! of four over a hundred, and nothing can stop it meanwhile. So what multiplies is counted first: how deep loops lie in each other, and
//! how often loops, blocks and branches come together with variables. `cargo bench -p sandbox --bench compile` shows
//! what the worst shapes that are known cost at these bounds.
//!
//! It reads every instruction, a millisecond for a small component and half a second for a whole JavaScript engine:
//! too much for a start that compiles nothing, so it is done when the compiler is about to be asked, and
//! not with the [census](crate::census).

use wasmparser::{CompositeInnerType, FunctionBody, Operator, Parser, Payload};

use crate::census::TooMuch;
use crate::error::line;
use crate::limits;

/// Adds up what is in `component`.
///
/// # Errors
/// [`TooMuch`]: the first thing of which there is too much.
pub(crate) fn check(component: &[u8]) -> Result<(), TooMuch> {
    let mut widest_type = 0_usize;
    let mut total = Effort::default();
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(unreadable)? {
            Payload::Version { .. } => widest_type = 0,
            Payload::TypeSection(groups) => {
                for group in groups {
                    for one in group.map_err(unreadable)?.types() {
                        if let CompositeInnerType::Func(function) = &one.composite_type.inner {
                            let width = function.params().len() + function.results().len();
                            widest_type = widest_type.max(width);
                        }
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                let function = Effort::of(&body, widest_type).map_err(unreadable)?;
                function.check()?;
                total.add(&function);
                total.check_total()?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn unreadable(error: wasmparser::BinaryReaderError) -> TooMuch {
    TooMuch::Unreadable(line(&error.to_string(), 200))
}

/// What the compiler would have to do.
#[derive(Debug, Default, Clone, Copy)]
struct Effort {
    /// Loops in each other.
    depth: usize,
    /// Blocks, loops, branches and the entries of jump tables: where paths part and meet.
    paths: usize,
    /// Loops, once for each variable.
    loops: usize,
    /// Paths, once for each variable.
    values: usize,
}

impl Effort {
    /// That of one function. What it takes, what blocks take and what they leave are variables as well: at most as
    /// many as the widest type of its module has.
    fn of(
        body: &FunctionBody<'_>,
        widest_type: usize,
    ) -> Result<Self, wasmparser::BinaryReaderError> {
        let mut variables = widest_type;
        for local in body.get_locals_reader()? {
            variables = variables.saturating_add(local?.0 as usize);
        }
        let mut effort = Self::default();
        let (mut loops, mut entries) = (0_usize, 0_usize);
        let (mut open, mut depth) = (Vec::new(), 0_usize);
        for operator in body.get_operators_reader()? {
            match operator? {
                Operator::Loop { .. } => {
                    open.push(true);
                    depth += 1;
                    loops += 1;
                    effort.depth = effort.depth.max(depth);
                    effort.paths += 1;
                }
                Operator::Block { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                    open.push(false);
                    effort.paths += 1;
                }
                // Past a block's end, or the function's own.
                Operator::End => depth -= usize::from(open.pop() == Some(true)),
                Operator::Br { .. } | Operator::BrIf { .. } => effort.paths += 1,
                Operator::BrTable { targets } => entries += targets.len() as usize + 1,
                _ => {}
            }
        }
        let weight = effort.paths + limits::TABLE_ENTRY_WEIGHT * entries;
        effort.paths += entries;
        effort.loops = loops.saturating_mul(variables);
        effort.values = weight.saturating_mul(variables);
        Ok(effort)
    }

    fn add(&mut self, other: &Self) {
        self.loops = self.loops.saturating_add(other.loops);
        self.values = self.values.saturating_add(other.values);
    }

    /// Whether one function may be compiled.
    fn check(&self) -> Result<(), TooMuch> {
        if self.depth > limits::MAX_LOOP_DEPTH {
            return Err(TooMuch::LoopDepth(self.depth));
        }
        if self.paths > limits::MAX_PATHS {
            return Err(TooMuch::Paths(self.paths));
        }
        if self.loops > limits::MAX_LOOP_VALUES {
            return Err(TooMuch::LoopValues(self.loops));
        }
        if self.values > limits::MAX_PATH_VALUES {
            return Err(TooMuch::PathValues(self.values));
        }
        Ok(())
    }

    /// Whether all functions together may be.
    fn check_total(&self) -> Result<(), TooMuch> {
        if self.loops > limits::MAX_ALL_LOOP_VALUES {
            return Err(TooMuch::AllLoopValues(self.loops));
        }
        if self.values > limits::MAX_ALL_PATH_VALUES {
            return Err(TooMuch::AllPathValues(self.values));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A component with one module of these functions.
    fn component(functions: &str) -> Vec<u8> {
        wat::parse_str(format!("(component (core module {functions}))")).unwrap()
    }

    fn nested(loops: usize) -> String {
        format!("(func {} {})", "(loop ".repeat(loops), ")".repeat(loops))
    }

    fn function(variables: usize, body: &str) -> String {
        format!("(func (local{}) {body})", " i32".repeat(variables))
    }

    #[test]
    fn loops_lie_so_deep_in_each_other_and_no_deeper() {
        let deep = limits::MAX_LOOP_DEPTH;
        assert_eq!(check(&component(&nested(deep).repeat(2))), Ok(()));
        let error = check(&component(&nested(deep + 1))).unwrap_err();
        assert_eq!(error, TooMuch::LoopDepth(deep + 1));
        // Blocks in each other are what a jump table is made of.
        let blocks = nested(deep * 10).replace("loop", "block");
        assert_eq!(check(&component(&blocks)), Ok(()));
    }

    #[test]
    fn a_function_has_so_many_branches_and_blocks_and_no_more() {
        let blocks = |count: usize| component(&function(0, &"(block)".repeat(count)));
        assert_eq!(check(&blocks(limits::MAX_PATHS)), Ok(()));
        let error = check(&blocks(limits::MAX_PATHS + 1)).unwrap_err();
        assert_eq!(error, TooMuch::Paths(limits::MAX_PATHS + 1));
        // Each entry of a jump table is a branch.
        let table = "(block (br_table 0 0 0 0 0 0 0 0 0 (i32.const 0)))";
        let tables = |count: usize| component(&function(0, &table.repeat(count)));
        assert_eq!(check(&tables(limits::MAX_PATHS / 10)), Ok(()));
        assert!(check(&tables(limits::MAX_PATHS / 9 + 1)).is_err());
    }

    #[test]
    fn loops_count_once_for_each_variable() {
        let loops =
            |count: usize, variables| component(&function(variables, &"(loop)".repeat(count)));
        let variables = 100;
        let most = limits::MAX_LOOP_VALUES / variables;
        assert_eq!(check(&loops(most, variables)), Ok(()));
        let error = check(&loops(most + 1, variables)).unwrap_err();
        assert_eq!(error, TooMuch::LoopValues((most + 1) * variables));
    }

    #[test]
    fn branches_count_once_for_each_variable_and_for_what_a_type_carries() {
        let blocks =
            |count: usize, variables| component(&function(variables, &"(block)".repeat(count)));
        let variables = 1_000;
        let most = limits::MAX_PATH_VALUES / variables;
        assert_eq!(check(&blocks(most, variables)), Ok(()));
        let error = check(&blocks(most + 1, variables)).unwrap_err();
        assert_eq!(error, TooMuch::PathValues((most + 1) * variables));
        let wide = format!(
            "(type (func (result{}))) {}",
            " i32".repeat(variables),
            function(0, &"(block)".repeat(most + 1))
        );
        assert!(matches!(
            check(&component(&wide)),
            Err(TooMuch::PathValues(_))
        ));
    }

    #[test]
    fn many_functions_that_may_be_compiled_may_be_too_many_together() {
        let loops = function(100, &"(loop)".repeat(limits::MAX_LOOP_VALUES / 100));
        let most = limits::MAX_ALL_LOOP_VALUES / limits::MAX_LOOP_VALUES;
        assert_eq!(check(&component(&loops.repeat(most))), Ok(()));
        assert!(matches!(
            check(&component(&loops.repeat(most + 1))),
            Err(TooMuch::AllLoopValues(_))
        ));
        let blocks = function(1_000, &"(block)".repeat(limits::MAX_PATH_VALUES / 1_000));
        let most = limits::MAX_ALL_PATH_VALUES / limits::MAX_PATH_VALUES;
        assert_eq!(check(&component(&blocks.repeat(most))), Ok(()));
        assert!(matches!(
            check(&component(&blocks.repeat(most + 1))),
            Err(TooMuch::AllPathValues(_))
        ));
    }
}
