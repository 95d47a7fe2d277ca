"""Compiled recurrent kernels for one CPU: numba alone, no BLAS and no TensorFlow.

`gemm` multiplies matrices, `math` has the activations, `cells` one step of each cell forward and
back, `sequence` the loop over time on packed rows, `parallel` shares rows among threads.
"""
