import ArchiveServer
import CommandOptions
import HTTPServer
import LetterModel

/// `chancery-server serve`: runs until it is told to stop.
enum ServeCommand {
    static let listen = Option(
        "listen", .listenAddress, default: ListenAddress(host: "127.0.0.1", port: 8080),
        environment: "CHANCERY_SERVER_LISTEN",
        help: "Where to listen; port 0 picks one.")
    static let certificate = Option(
        "tls-cert", .file, environment: "CHANCERY_SERVER_TLS_CERT",
        help: "The certificate chain as a PEM file, the server's own first.")
    static let key = Option(
        "tls-key", .file, environment: "CHANCERY_SERVER_TLS_KEY", help: "The certificate's private key as a PEM file.")
    static let insecure = Flag(
        "insecure-http", environment: "CHANCERY_SERVER_INSECURE_HTTP",
        help:
            "Speak plain HTTP on an address that other machines can reach: whoever is on the way reads letters and tokens."
    )
    static let replica = Option(
        "replica", .folder, environment: "CHANCERY_SERVER_REPLICA",
        help: "Lend the replica of a laptop; --data then only keeps who was let in. `chancery serve` does this.")
    static let role = Option(
        "role", .choice(of: Role.self), default: .reader, environment: "CHANCERY_SERVER_ROLE",
        help: "With --replica: what the token that is printed allows.")
    static let expires = Option(
        "expires", .tokenLifetime, default: .hours(12), environment: "CHANCERY_SERVER_EXPIRES",
        help: "With --replica: how long that token is good: 12h, 90d, 8w, or never.")
    static let perAddress = Option(
        "connections-per-address", .integer(in: 0...12_000), environment: "CHANCERY_SERVER_CONNECTIONS_PER_ADDRESS",
        help:
            "Connections that one address may have at once, 0 for any number. Without it 256, and any number on 127.0.0.1, where a proxy speaks for all clients."
    )
    static let blobLimit = Option(
        "blob-limit", .byteCount(in: 0...Limits.blobBytes), environment: "CHANCERY_SERVER_BLOB_LIMIT",
        shownDefault: "4GiB",
        help: "The largest attachment that is taken, such as 500MB; larger ones stay on the machines that have them.")
    static let logLevel = Option(
        "log-level", .choice(of: LogLevel.self), default: .info, environment: "CHANCERY_SERVER_LOG_LEVEL",
        help: "Leave out lines of the log that matter less.")

    static let description = CommandDescription(
        "serve", summary: "run the server until SIGTERM",
        discussion: """
            Prints one line with its URL to standard output when it is ready, and its log to standard error: one JSON \
            object a line. SIGTERM and SIGINT let open requests finish, then it exits with 0.

            Put it behind a reverse proxy that speaks TLS, or give it a certificate: --tls-cert and --tls-key.
            """,
        options: [listen, certificate, key, insecure, perAddress, blobLimit, replica, role, expires, logLevel],
        examples: [
            Example("chancery-server serve --data /var/lib/chancery", help: "Serve on 127.0.0.1:8080, behind a proxy."),
            Example(
                "chancery-server serve --data /var/lib/chancery --listen 0.0.0.0:8443 --tls-cert chain.pem --tls-key key.pem",
                help: "Serve to everybody with TLS."),
        ])

    static func run(_ values: Values, _ context: CommandContext) throws -> CommandStatus {
        let address = values[listen]
        let configuration = try configuration(address, values)
        let isSecure = configuration.tls != nil
        guard isSecure || address.isLoopback || values[insecure] else {
            throw Failure.usage(
                "other machines can reach \(address.host), and plain HTTP would show them letters and tokens; listen on 127.0.0.1 behind a proxy, give --tls-cert and --tls-key, or ask for it with --insecure-http"
            )
        }
        let lending = try values[replica].map { try Lending($0, values[role], values[expires], context) }
        let surroundings = context.surroundings
        let log = ServerLog(level: values[logLevel], now: surroundings.now, write: surroundings.writeError)
        // Before the server starts its threads.
        let stopSignal = StopSignal()
        let server = try ArchiveServer(
            context.folder, lending: lending?.replica, http: configuration,
            blobLimitBytes: values[blobLimit] ?? Limits.blobBytes,
            clocks: ServerClocks(now: surroundings.now, uptime: surroundings.uptime), log: log)
        if !isSecure, !address.isLoopback { log.note(.warning, "plain HTTP on an address that others can reach") }
        let url = address.url(port: server.port, isSecure: isSecure)
        var json: JSONObject = ["url": .string(url)]
        lending?.tell(url, &json)
        context.print(.object(json), lines: ["listening on \(url)"] + (lending?.lines(url) ?? []))
        let signal = stopSignal.wait { server.tidyUp() }
        log.note(.info, "stopping", ["signal": .string(signal)])
        server.stop()
        return .done
    }

    private static func configuration(_ address: ListenAddress, _ values: Values) throws(Failure) -> ServerConfiguration
    {
        var configuration = ServerConfiguration(address: address.host, port: address.port)
        configuration.connectionsPerAddress = values[perAddress] ?? (address.isLoopback ? 0 : 256)
        switch (values[certificate], values[key]) {
        case (let certificate?, let key?):
            configuration.tls = .init(
                certificatePEM: try TextFile.read(certificate), privateKeyPEM: try TextFile.read(key))
        case (nil, nil): break
        default: throw Failure.usage("--tls-cert and --tls-key belong together: give both or neither")
        }
        return configuration
    }
}
