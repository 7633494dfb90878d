import Glibc

/// The signals that ask a server to stop: SIGTERM, and SIGINT from a terminal.
///
/// They are blocked and waited for by one thread, so nothing runs in a signal handler. Threads inherit the mask: make this
/// before any other thread is started.
/// Source: https://man7.org/linux/man-pages/man2/sigtimedwait.2.html
struct StopSignal {
    private var signals = sigset_t()

    init() {
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        // A client or a reader of the log that goes away must not end the server.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits until one of them comes.
    ///
    /// - Parameter eachSecond: Is called about once a second meanwhile.
    /// - Returns: Its name.
    func wait(eachSecond: () -> Void) -> String {
        var signals = signals
        var limit = timespec(tv_sec: 1, tv_nsec: 0)
        while true {
            switch sigtimedwait(&signals, nil, &limit) {
            case SIGTERM: return "SIGTERM"
            case SIGINT: return "SIGINT"
            default: eachSecond()
            }
        }
    }
}
