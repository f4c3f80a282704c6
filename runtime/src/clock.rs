//! Clocks and sleep.

use crate::platform;

const SECOND: f64 = 1e9;

#[unsafe(export_name = "rt_time_wall_ns")]
extern "C" fn wall_ns() -> i64 {
    platform::wall_clock()
}

#[unsafe(export_name = "rt_time_wall")]
extern "C" fn wall() -> f64 {
    platform::wall_clock() as f64 / SECOND
}

#[unsafe(export_name = "rt_time_monotonic_ns")]
extern "C" fn monotonic_ns() -> i64 {
    platform::monotonic_clock()
}

#[unsafe(export_name = "rt_time_monotonic")]
extern "C" fn monotonic() -> f64 {
    platform::monotonic_clock() as f64 / SECOND
}

#[unsafe(export_name = "rt_time_sleep_ns")]
extern "C" fn sleep_ns(nanoseconds: i64) {
    // What was printed before is seen before.
    crate::io::flush_all();
    if nanoseconds > 0 {
        platform::sleep(nanoseconds);
    }
}

#[unsafe(export_name = "rt_time_sleep")]
extern "C" fn sleep(seconds: f64) {
    // NaN becomes 0, and what is too long becomes 292 years.
    sleep_ns((seconds * SECOND) as i64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_run() {
        // After 2020, before 2200.
        assert!((1.58e9..7.3e9).contains(&wall()));
        assert!((wall_ns() as f64 / SECOND - wall()).abs() < 1.0);
        let before = monotonic_ns();
        sleep(0.002);
        assert!(monotonic_ns() - before >= 2_000_000);
        assert!(monotonic() > 0.0);
        sleep(-1.0);
        sleep(f64::NAN);
    }
}
