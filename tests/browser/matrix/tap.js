// Rows as TAP. `check` prints one; `finish` prints the plan and what went wrong in short.
"use strict";

const failed = [];
let number = 0;

function check(name, isRight, seen) {
  number += 1;
  console.log(`${isRight ? "ok" : "not ok"} ${number} - ${name}`);
  if (isRight) return;
  failed.push(name);
  for (const line of JSON.stringify(seen, null, 1).split("\n")) console.log(`# ${line}`);
}

function skip(name, why) {
  number += 1;
  console.log(`ok ${number} - ${name} # SKIP ${why}`);
}

// 0 = every row was right.
function finish() {
  console.log(`1..${number}`);
  return failed.length === 0 ? 0 : 1;
}

module.exports = { check, skip, finish };
