// Everything that the core was asked and said, in order: what the page shows and what a trace file holds.

export class Recorder {
  /** By origin: the settings of each deployment that is played. */
  deployments = {};
  /** {id, by, input, output}: `by` is a deployment's origin, or "client". */
  evaluations = [];
  exchanges = [];

  /** The deployment's evaluations of requests, each one written down and told to `each(evaluation)`. */
  observed(origin, deployment, each) {
    return {
      evaluate: (request, facts) => {
        const output = deployment.evaluate(request, facts);
        each(this.#keep(origin, { request, facts: copied(facts) }, output));
        return output;
      },
    };
  }

  /** The same for the client's steps. */
  observedClient(client, each) {
    return {
      advance: (config, state, event, facts) => {
        const output = client.advance(config, state, event, facts);
        each(this.#keep("client", structuredClone({ config, state, event, facts }), output));
        return output;
      },
    };
  }

  #keep(by, input, output) {
    const evaluation = { id: this.evaluations.length, by, input, output };
    this.evaluations.push(evaluation);
    return evaluation;
  }
}

// The driver adds answers to the same facts from round to round.
const copied = ({ now, entropy, answers }) => ({ now, entropy, answers: [...answers] });
