// An OPC UA server with many nodes, for the benchmark `connect`: node opcua_node.js PORT NODES COUNTING FOLDER
//
// The first COUNTING variables count 1, 2, 3 ... at 1 Hz once "go" comes on the standard input, so that a reader can see from the
// values alone what is missing. "stop" ends the counting and is answered with how far it went.
const path = require("node:path");
const readline = require("node:readline");
const { OPCUAServer } = require("node-opcua-server");
const { OPCUACertificateManager } = require("node-opcua-certificate-manager");
const { DataType } = require("node-opcua-variant");
const { StatusCodes } = require("node-opcua-status-code");
const { nodesets } = require("node-opcua-nodesets");

const [port, count, counting] = process.argv.slice(2, 5).map(Number);
const folder = process.argv[5];
const SLICES = 10; // a second's changes come in so many parts

async function main() {
  const server = new OPCUAServer({
    port,
    host: "127.0.0.1",
    nodeset_filename: [nodesets.standard],
    serverCertificateManager: new OPCUACertificateManager({ rootFolder: path.join(folder, "pki"), automaticallyAcceptUnknownCertificate: true }),
    userCertificateManager: new OPCUACertificateManager({ rootFolder: path.join(folder, "users") }),
  });
  await server.initialize();
  const space = server.engine.addressSpace.getOwnNamespace();
  const variables = [];
  let line;
  for (let i = 0; i < count; i++) {
    if (i % 100 === 0) {
      line = space.addFolder("ObjectsFolder", { browseName: `cell${i / 100}`, nodeId: `s=cell${i / 100}` });
    }
    const variable = space.addVariable({
      componentOf: line, browseName: `speed${i}`, nodeId: `s=speed${i}`, dataType: "Double", minimumSamplingInterval: 0,
    });
    variable.setValueFromSource({ dataType: DataType.Double, value: 0 });
    variables.push(variable);
  }
  await server.start();
  console.log("serving");

  let ticks = 0, slice = 0, next = 0, stopping = false;
  const count_up = () => {
    const now = new Date();
    for (let i = slice; i < counting; i += SLICES) {
      variables[i].setValueFromSource({ dataType: DataType.Double, value: ticks + 1 }, StatusCodes.Good, now);
    }
    slice = (slice + 1) % SLICES;
    ticks += slice === 0 ? 1 : 0;
    if (stopping && slice === 0) {
      console.log(`ticks ${ticks}`);
      return;
    }
    next += 1000 / SLICES;
    setTimeout(count_up, Math.max(0, next - Date.now()));
  };
  readline
    .createInterface({ input: process.stdin })
    .on("line", (order) => {
      stopping = order === "stop";
      if (order === "go") {
        next = Date.now();
        count_up();
      }
    })
    .on("close", () => process.exit(0));
}

main();
