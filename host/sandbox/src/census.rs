//! How much a compiler would have to do for a component: counted before it is asked.
//!
//! Compiling cannot be interrupted, and wasmtime counts a slow compilation as no fault of its own. So
//! what bounds it is counted first: functions, the longest of them, modules, and how deep they lie in each
//! other. Only the sections' heads are read for that; the compiler validates all of it later.

use wasmparser::{Parser, Payload};

use crate::error::line;
use crate::limits;

/// Why a component is not given to the compiler.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TooMuch {
    /// Functions of all modules together.
    #[error("{0} functions; at most {limit} are compiled", limit = limits::MAX_FUNCTIONS)]
    Functions(usize),
    /// One function's body.
    #[error("a function of {0} bytes; at most {limit} are compiled in one", limit = limits::MAX_FUNCTION_BYTES)]
    FunctionBytes(usize),
    /// Modules and components.
    #[error("{0} modules and components; at most {limit} are compiled", limit = limits::MAX_MODULES)]
    Modules(usize),
    /// Modules and components in each other.
    #[error("modules that lie {0} deep in components; at most {limit} levels are compiled", limit = limits::MAX_NESTING)]
    Nesting(usize),
    /// Loops in each other.
    #[error("loops that lie {0} deep in each other; at most {limit} levels are compiled", limit = limits::MAX_LOOP_DEPTH)]
    LoopDepth(usize),
    /// Where paths part and meet in one function.
    #[error("a function with {0} blocks and branches; at most {limit} are compiled in one", limit = limits::MAX_PATHS)]
    Paths(usize),
    /// Loops of one function, once for each variable.
    #[error("a function with too many variables for its loops: {0} of both multiplied; at most {limit} are compiled", limit = limits::MAX_LOOP_VALUES)]
    LoopValues(usize),
    /// Blocks and branches of one function, once for each variable.
    #[error("a function with too many variables for its branches: {0} of both multiplied; at most {limit} are compiled", limit = limits::MAX_PATH_VALUES)]
    PathValues(usize),
    /// [`Self::LoopValues`] of all functions together.
    #[error("too many variables in loops: {0} of both multiplied, over all functions; at most {limit} are compiled", limit = limits::MAX_ALL_LOOP_VALUES)]
    AllLoopValues(usize),
    /// [`Self::PathValues`] of all functions together.
    #[error("too many variables on branches: {0} of both multiplied, over all functions; at most {limit} are compiled", limit = limits::MAX_ALL_PATH_VALUES)]
    AllPathValues(usize),
    /// It cannot be counted.
    #[error("what cannot be read: {0}")]
    Unreadable(String),
}

/// Counts what is in `component`.
///
/// # Errors
/// [`TooMuch`]: the first thing of which there is too much.
pub(crate) fn check(component: &[u8]) -> Result<(), TooMuch> {
    let (mut functions, mut modules, mut depth) = (0_usize, 0_usize, 0_usize);
    for payload in Parser::new(0).parse_all(component) {
        let payload =
            payload.map_err(|error| TooMuch::Unreadable(line(&error.to_string(), 200)))?;
        match payload {
            Payload::Version { .. } => {
                depth += 1;
                modules += 1;
                at_most(depth, limits::MAX_NESTING, TooMuch::Nesting)?;
                at_most(modules, limits::MAX_MODULES, TooMuch::Modules)?;
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CodeSectionStart { count, .. } => {
                functions = functions.saturating_add(count as usize);
                at_most(functions, limits::MAX_FUNCTIONS, TooMuch::Functions)?;
            }
            Payload::CodeSectionEntry(body) => {
                let bytes = body.range().len();
                at_most(bytes, limits::MAX_FUNCTION_BYTES, TooMuch::FunctionBytes)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn at_most(found: usize, limit: usize, too_much: fn(usize) -> TooMuch) -> Result<(), TooMuch> {
    if found <= limit {
        Ok(())
    } else {
        Err(too_much(found))
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, Component, Function, FunctionSection, Module, ModuleSection,
        NestedComponentSection, TypeSection,
    };

    use super::*;

    /// A module with `count` functions, each of about `bytes` bytes.
    fn module(count: usize, bytes: usize) -> Module {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        for _ in 0..count {
            functions.function(0);
            let mut function = Function::new([]);
            // A byte says how many groups of locals there are; the rest is `nop`s and `end`.
            function.raw(std::iter::repeat_n(1, bytes - 2));
            function.instructions().end();
            code.function(&function);
        }
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&code);
        module
    }

    fn with_modules(modules: &[&Module]) -> Vec<u8> {
        let mut component = Component::new();
        for module in modules {
            component.section(&ModuleSection(module));
        }
        component.finish()
    }

    #[test]
    fn functions_are_counted_over_all_modules() {
        let half = module(limits::MAX_FUNCTIONS / 2, 2);
        assert_eq!(check(&with_modules(&[&half, &half])), Ok(()));
        let one = module(1, 2);
        let error = check(&with_modules(&[&half, &half, &one])).unwrap_err();
        assert_eq!(error, TooMuch::Functions(100_001));
        assert_eq!(
            error.to_string(),
            "100001 functions; at most 100000 are compiled"
        );
    }

    #[test]
    fn a_function_has_a_greatest_length() {
        assert_eq!(
            check(&with_modules(&[&module(2, limits::MAX_FUNCTION_BYTES)])),
            Ok(())
        );
        let error = check(&with_modules(&[&module(1, limits::MAX_FUNCTION_BYTES + 1)]));
        assert_eq!(error, Err(TooMuch::FunctionBytes(524_289)));
    }

    #[test]
    fn a_component_has_a_greatest_number_of_modules() {
        let one = module(1, 2);
        // The component itself is one of them.
        let most = vec![&one; limits::MAX_MODULES - 1];
        assert_eq!(check(&with_modules(&most)), Ok(()));
        let more = vec![&one; limits::MAX_MODULES];
        assert_eq!(check(&with_modules(&more)), Err(TooMuch::Modules(101)));
    }

    #[test]
    fn components_lie_in_each_other_up_to_a_depth() {
        let nested = |levels: usize| {
            let mut component = Component::new();
            for _ in 1..levels {
                let mut outer = Component::new();
                outer.section(&NestedComponentSection(&component));
                component = outer;
            }
            component.finish()
        };
        assert_eq!(check(&nested(limits::MAX_NESTING)), Ok(()));
        assert_eq!(
            check(&nested(limits::MAX_NESTING + 1)),
            Err(TooMuch::Nesting(9))
        );
        // A thousand levels cost no stack.
        assert_eq!(check(&nested(1_000)), Err(TooMuch::Nesting(9)));
    }

    #[test]
    fn what_ends_too_early_is_not_compiled() {
        let whole = with_modules(&[&module(3, 10)]);
        let error = check(&whole[..whole.len() - 1]).unwrap_err();
        assert!(matches!(error, TooMuch::Unreadable(_)), "{error}");
    }
}
