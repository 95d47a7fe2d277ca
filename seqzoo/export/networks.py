"""A network's inputs and outputs by name, the same in every format."""

from keras import tree


def outputs_of(network) -> dict:
    """Symbolic outputs by name: a dictionary's keys, else the names of the layers they come from."""
    if isinstance(network.output, dict):
        return dict(network.output)
    flat = tree.flatten(network.output)
    names = [x._keras_history.operation.name for x in flat]
    if len(set(names)) < len(names):
        names = [f"{name}_{place}" for place, name in enumerate(names)]
    return dict(zip(names, flat, strict=True))


def exported_name(name: str, network) -> str:
    """An output's name: `next_...` where an input has its own, as states have."""
    return f"next_{name}" if name in {x.name for x in network.inputs} else name


def called(network, given: dict) -> dict:
    """What a network gives for inputs by name, by name."""
    arrays = [given[x.name] for x in network.inputs]
    if isinstance(network.input, dict):
        arrays = {name: given[name] for name in network.input}
    outputs = network(arrays if len(given) > 1 else arrays[0], training=False)
    flat = (
        outputs
        if isinstance(outputs, dict)
        else dict(zip(outputs_of(network), [outputs], strict=True))
    )
    return {exported_name(name, network): value for name, value in flat.items()}


def fixed(shape, length: int | str) -> tuple:
    """A shape of one row, and of a length where a size of it was open."""
    return (1, *(length if size is None else size for size in shape[1:]))
