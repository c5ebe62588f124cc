#!/usr/bin/env node
/*
 * The `mull` command. It picks the program (the TypeScript of a checkout, or the compiled JavaScript of the published
 * package) and the Node.js to run it: this one where it is new enough, else the one that a checkout pins in
 * node_modules, else it says what is missing.
 *
 * Written in the JavaScript of ten years ago and as CommonJS (bin/package.json says so), because a Node.js that is too
 * old must be able to read it far enough to print why it is.
 */
"use strict";

var childProcess = require("child_process");
var fs = require("fs");
var os = require("os");
var path = require("path");
var url = require("url");

var OLDEST = [22, 18];
var root = path.join(__dirname, "..");
var checkout = path.join(root, "src", "show", "cli", "main.ts");
var published = path.join(root, "dist", "show", "cli", "main.js");

/* Set by runWith, and not passed on to what the program itself starts. */
var onPinned = Boolean(process.env.MULL_ON_PINNED_NODE);
delete process.env.MULL_ON_PINNED_NODE;

function newEnough(version) {
  var parts = version.split(".");
  var major = Number(parts[0]);
  return major > OLDEST[0] || (major === OLDEST[0] && Number(parts[1]) >= OLDEST[1]);
}

function fail(message) {
  process.stderr.write("mull: " + message + "\n");
  process.exitCode = 1;
}

function firstThatExists(files) {
  return files.filter(fs.existsSync)[0];
}

function runHere(main) {
  if (onPinned && process.channel) {
    /* The process that started this one in its place (see runWith) died without a word: stop as on a request. */
    process.on("disconnect", function () {
      process.kill(process.pid, "SIGTERM");
    });
    process.channel.unref();
  }
  import(url.pathToFileURL(main).href).catch(function (error) {
    fail((error && error.stack) || String(error));
    if (main === checkout && error && error.code === "ERR_MODULE_NOT_FOUND") {
      fail("is everything installed? Run `npm ci` in " + path.resolve(root) + ".");
    }
  });
}

/* Runs the command again on another Node.js: same arguments, same terminal, same signals, same exit. */
function runWith(node) {
  process.env.MULL_ON_PINNED_NODE = "1";
  var child = childProcess.spawn(node, [__filename].concat(process.argv.slice(2)), {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  ["SIGINT", "SIGTERM", "SIGHUP"].forEach(function (signal) {
    process.on(signal, function () {
      /* The terminal sends Ctrl-C to both of us. */
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  });
  child.on("error", function (error) {
    fail("cannot start " + node + ": " + error.message);
  });
  child.on("exit", function (code, signal) {
    process.exitCode = signal ? 128 + os.constants.signals[signal] : code;
  });
}

function start() {
  /* src/ is looked for first: a checkout that was built once may hold an old dist/. */
  var main = firstThatExists([checkout, published]);
  var pinned = firstThatExists([
    path.join(root, "node_modules", ".bin", "node"),
    path.join(root, "node_modules", "node", "bin", "node.exe"),
  ]);
  var cure = "Get a newer one at https://nodejs.org";
  if (main === checkout) cure = "Run `npm ci` in " + path.resolve(root) + ", which brings its own.";

  if (!main) {
    fail("this installation is incomplete: " + published + " is missing. Install the package again.");
  } else if (newEnough(process.versions.node)) {
    runHere(main);
  } else if (pinned && !onPinned) {
    runWith(pinned);
  } else {
    fail("Node.js " + OLDEST.join(".") + " or newer is needed, and this is " + process.version + ". " + cure);
  }
}

start();
