//! A library and a program that needs it: the one comes before the other, also when a run breaks off between them.
