// How the samples of each language run. Compiled languages put all samples into one program, because linking or
// starting a runtime for each would take minutes. That changes the code around a sample's literals, never a literal.
import { execFile, execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { accessSync, constants } from "node:fs";

const longest = 600_000;

// has reports whether a program is on the path.
function has(program) {
  return process.env.PATH.split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

// run returns the program's output, whether it succeeded or failed.
function run(program, args, { cwd, key }) {
  const env = { ...process.env, LC_ALL: "C.UTF-8", PORTICO_KEY: key, GOFLAGS: "-mod=mod", GOWORK: "off", DOTNET_NOLOGO: "1", DOTNET_CLI_TELEMETRY_OPTOUT: "1" };
  for (const name of Object.keys(env)) {
    if (/_proxy$/i.test(name)) {
      delete env[name];
    }
  }
  return new Promise((done) => {
    execFile(program, args, { cwd, env, timeout: longest, maxBuffer: 1 << 26 }, (error, stdout, stderr) => done({ failed: error !== null, output: stdout + stderr })).stdin.end();
  });
}

async function must(program, args, options) {
  const { failed, output } = await run(program, args, options);
  if (failed) {
    throw new Error(`${program} ${args[0]} failed:\n${output.slice(0, 5000)}`);
  }
  return output;
}

// each runs one process per sample, two at a time.
async function each(samples, start) {
  const outputs = new Map();
  const waiting = [...samples];
  const work = async () => {
    for (let sample = waiting.shift(); sample; sample = waiting.shift()) {
      outputs.set(sample.name, (await start(sample)).output);
    }
  };
  await Promise.all([work(), work()]);
  return outputs;
}

const script = (extension, command) => async (samples, { build, ...options }) =>
  each(samples, async ({ name, code }) => {
    const file = join(build, name + extension);
    await writeFile(file, code);
    const [program, ...args] = command;
    return run(program, [...args, file], options);
  });

async function goPrograms(samples, { build, ...options }) {
  await writeFile(join(build, "go.mod"), "module samples\n\ngo 1.23\n");
  await mkdir(join(build, "alone"));
  await writeFile(join(build, "alone", "main.go"), samples[0].code);
  const cases = [];
  for (const [index, { code }] of samples.entries()) {
    const directory = join(build, `sample${index}`);
    await mkdir(directory);
    await writeFile(join(directory, "main.go"), code.replace("package main", `package sample${index}`).replace("\nfunc main()", "\nfunc Main()"));
    cases.push(index);
  }
  await writeFile(join(build, "main.go"), `package main

import (
	"os"

${cases.map((index) => `\t"samples/sample${index}"`).join("\n")}
)

func main() {
	map[string]func(){
${cases.map((index) => `"${index}": sample${index}.Main,`).join("\n")}
	}[os.Args[1]]()
}
`);
  const unformatted = await must("gofmt", ["-l", "alone", ...cases.map((index) => `sample${index}`)], { ...options, cwd: build });
  if (unformatted) {
    throw new Error(`gofmt would change ${unformatted}`);
  }
  await must("go", ["build", "-o", "program", "."], { ...options, cwd: build });
  const outputs = await each(samples.slice(1), ({ name }) => run(join(build, "program"), [String(samples.findIndex((sample) => sample.name === name))], options));
  const alone = await run("go", ["run", join(build, "alone", "main.go")], options);
  return outputs.set(samples[0].name, alone.output);
}

const mark = (name) => `=== sample ${name}`;

// separated splits the output of one program that ran all samples.
function separated(samples, output) {
  return new Map(samples.map(({ name }) => [name, (output.split(mark(name) + "\n")[1] ?? output).split("=== sample ")[0]]));
}

async function javaPrograms(samples, { build, ...options }) {
  const names = [];
  for (const [index, { code }] of samples.entries()) {
    names.push(`Sample${index}.java`);
    await writeFile(join(build, names[index]), code.replace("public class Main {", `public class Sample${index} {`));
  }
  await writeFile(join(build, "All.java"), `public class All {
    public static void main(String[] names) throws Exception {
        for (int index = 0; index < names.length; index++) {
            System.out.println("=== sample " + names[index]);
            try {
                Class.forName("Sample" + index).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
            } catch (java.lang.reflect.InvocationTargetException failure) {
                System.out.println(failure.getCause());
            }
        }
    }
}
`);
  await must("javac", ["-encoding", "UTF-8", "-d", build, "All.java", ...names], { ...options, cwd: build });
  const { output } = await run("java", ["-Dfile.encoding=UTF-8", "-cp", build, "All", ...samples.map(({ name }) => name)], options);
  return separated(samples, output);
}

async function csharpPrograms(samples, { build, ...options }) {
  const version = execFileSync("dotnet", ["--version"], { encoding: "utf8" }).split(".")[0];
  await writeFile(join(build, "samples.csproj"), `<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net${version}.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><UseAppHost>false</UseAppHost></PropertyGroup></Project>`);
  for (const [index, { code }] of samples.entries()) {
    const [, usings, body] = /^((?:using [\w.]+;\n)*)([^]*)$/.exec(code);
    await writeFile(join(build, `Sample${index}.cs`), `${usings}static class Sample${index} {\npublic static async Task Run() {\n${body}}\n}\n`);
  }
  const calls = samples.map(({ name }, index) => `Console.WriteLine("${mark(name)}");\ntry { await Sample${index}.Run(); } catch (Exception failure) { Console.WriteLine(failure); }\n`);
  await writeFile(join(build, "Program.cs"), calls.join(""));
  await must("dotnet", ["build", "--output", "out", "--verbosity", "quiet"], { ...options, cwd: build });
  const { output } = await run("dotnet", [join(build, "out", "samples.dll")], options);
  return separated(samples, output);
}

// programs holds, for each language, the tools that it needs and how to run its samples. An optional language is
// skipped if its tools are missing.
export const programs = {
  curl: { missing: () => ["curl"].filter((name) => !has(name)), run: script(".sh", ["sh"]) },
  go: { missing: () => ["go", "gofmt"].filter((name) => !has(name)), run: goPrograms },
  python: { missing: () => ["python3"].filter((name) => !has(name)), run: script(".py", ["python3", "-I"]) },
  javascript: { missing: () => [], run: script(".mjs", [process.execPath]) },
  java: { optional: true, missing: () => ["java", "javac"].filter((name) => !has(name)), run: javaPrograms },
  csharp: { optional: true, missing: missingDotnet, run: csharpPrograms },
  php: { optional: true, missing: missingPHP, run: script(".php", ["php"]) },
};

function missingDotnet() {
  const version = has("dotnet") ? execFileSync("dotnet", ["--list-sdks"], { encoding: "utf8" }) : "";
  return /^([89]|\d\d)\./m.test(version) ? [] : ["dotnet (SDK 8 or newer)"];
}

function missingPHP() {
  const modules = has("php") ? execFileSync("php", ["-m"], { encoding: "utf8" }) : "";
  return /^curl$/m.test(modules) ? [] : ["php with curl"];
}
