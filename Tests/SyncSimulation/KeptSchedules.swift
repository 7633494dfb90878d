/// A schedule that failed once, with what was wrong.
package struct KeptSchedule: Sendable {
    package let reason: String
    package let schedule: Schedule
}

/// They run first, every time. Each is as small as the shrinker made it; whoever fixes a fault that a simulation found adds one.
package let keptSchedules: [KeptSchedule] = [
    // Seed 27: a copied laptop that nobody had told the others of. The simulation's fault, kept for its shape: a disk that
    // fails, then a copy of the same machine.
    kept(
        "a disk that fails before the laptop is copied",
        """
        seed 27
        laptops 2
        faults 0
        trouble 10 11 a737ecd75e450a77
        clone 3 0 8b93b37aec199c15
        """)
]

private func kept(_ reason: String, _ text: String) -> KeptSchedule {
    do {
        return KeptSchedule(reason: reason, schedule: try Schedule(text: text))
    } catch {
        preconditionFailure("\(reason): \(error)")
    }
}
