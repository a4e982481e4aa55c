//! Work that nobody waits for, on the time that others leave.
//!
//! One thread of its own, so that the compiler does not spread over all processors, and on Linux at a low
//! priority. Elsewhere a thread's priority is not its own to lower without more rights or code, and the one
//! thread has to do.

use rayon::ThreadPoolBuilder;

/// Does `work` on a thread of low priority, and waits for it.
pub(crate) fn run<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let pool = ThreadPoolBuilder::new()
        .num_threads(1)
        .thread_name(|_| "plugin compiler".to_owned())
        .start_handler(|_| step_back())
        .build();
    match pool {
        Ok(pool) => pool.install(work),
        // No thread is to be had: here, then.
        Err(_) => work(),
    }
}

/// Lowers this thread's priority: on Linux, it is the thread's and not the process'.
#[cfg(target_os = "linux")]
fn step_back() {
    // A refusal costs nothing but the courtesy.
    let _ = rustix::process::nice(10);
}

#[cfg(not(target_os = "linux"))]
fn step_back() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_work_is_done_by_one_thread_that_steps_back_and_the_others_do_not() {
        let own = || rustix::process::getpriority_process(None).unwrap();
        let before = own();
        let (inside, threads) = run(|| (own(), rayon::current_num_threads()));
        assert_eq!(inside, (before + 10).min(19));
        assert_eq!(threads, 1);
        assert_eq!(own(), before);
    }
}
