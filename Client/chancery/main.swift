import ChanceryCommands
import CommandOptions
import Glibc

exit(
    await ChanceryProgram.run(
        unsafe argumentBytes(count: CommandLine.argc, values: CommandLine.unsafeArgv),
        environment: ProcessEnvironment.variables()))
